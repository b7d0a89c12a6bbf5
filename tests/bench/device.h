/* A board with a model in its flash, for tests and benchmarks that need many boots or sessions. */
#ifndef MICROTVM_QEMU_TESTS_BENCH_DEVICE_H
#define MICROTVM_QEMU_TESTS_BENCH_DEVICE_H

#include "base/error.h"
#include "board/board.h"
#include "board/machine.h"
#include "client/link.h"
#include "client/rpc_client.h"
#include "client/tensor.h"

#include <stdbool.h>
#include <stdint.h>

struct device_times {
    int64_t boot_ns;      /* from power-on to the firmware's first byte */
    int64_t handshake_ns; /* from the host's first byte to the session */
    int64_t inference_ns; /* executor, input, run, output */
};

struct bench_device {
    struct machine machine;
    struct board *board;
    char *dir; /* a temporary folder; removed by bench_device_close */
    char *elf_path;
    struct tensor images;
};

struct bench_project {
    const char *board_name;
    const char *archive;       /* NULL: the digits */
    const char *app;           /* folder in that of the app host_driven's place; NULL: that */
    int64_t packet_size_bytes; /* of the largest RPC message; 0: the board's default */
};

/* Generates and builds a project in a new temporary folder. The caller closes the device, also
 * when this failed. */
bool bench_device_open(struct bench_device *device, const struct bench_project *project,
                       struct error *err);
void bench_device_close(struct bench_device *device);

struct bench_session {
    struct link *link;
    struct rpc_client client;
};

/* A session with the open board, as the firmware's RPC server holds it. The caller closes the
 * session, also when this failed; the board stays open. */
bool bench_session_open(struct bench_device *device, struct bench_session *session,
                        struct error *err);
void bench_session_close(struct bench_session *session);

/* Flashes (which boots), starts a session, classifies image number INDEX and powers off. */
bool bench_device_flash_and_classify(struct bench_device *device, int64_t index, float scores[10],
                                     struct device_times *ret_times, struct error *err);

/* The same from the flash as it is: a boot, a session, an inference, power off. */
bool bench_device_boot_and_classify(struct bench_device *device, int64_t index, float scores[10],
                                    struct device_times *ret_times, struct error *err);

#endif
