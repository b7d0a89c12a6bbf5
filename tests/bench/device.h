/* A board with the digits model in its flash, for tests and benchmarks that need many boots. */
#ifndef MICROTVM_QEMU_TESTS_BENCH_DEVICE_H
#define MICROTVM_QEMU_TESTS_BENCH_DEVICE_H

#include "base/error.h"
#include "board/board.h"
#include "board/machine.h"
#include "client/link.h"
#include "client/npy.h"

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

/* Generates and builds the project for a board in a new temporary folder. The caller closes the
 * device, also when this failed. */
bool bench_device_open(struct bench_device *device, const char *board_name, struct error *err);
void bench_device_close(struct bench_device *device);

/* Flashes (which boots), starts a session, classifies image number INDEX and powers off. */
bool bench_device_flash_and_classify(struct bench_device *device, int64_t index, float scores[10],
                                     struct device_times *ret_times, struct error *err);

/* The same from the flash as it is: a boot, a session, an inference, power off. */
bool bench_device_boot_and_classify(struct bench_device *device, int64_t index, float scores[10],
                                    struct device_times *ret_times, struct error *err);

#endif
