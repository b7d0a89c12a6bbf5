/* QEMU's control channel (QMP): one JSON message a line over a socket.
 *
 * Commands are answered in order, but events, and replies to commands that nobody waits for, come
 * in between: they are skipped. */
#ifndef MICROTVM_QEMU_BOARD_QMP_H
#define MICROTVM_QEMU_BOARD_QMP_H

#include "base/deadline.h"
#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum { QMP_REFUSAL_BYTES = 200, QMP_VERSION_BYTES = 96 };

struct qmp {
    int fd;      /* owned, non-blocking; -1: none */
    bool closed; /* QEMU's end is gone */
    bool debug;  /* every message to stderr */
    int next_id;
    char *input; /* received, not yet taken */
    size_t input_size_bytes;
    size_t input_capacity_bytes;
    char refusal[QMP_REFUSAL_BYTES]; /* of a posted command; "" for none */
    char version[QMP_VERSION_BYTES]; /* "7.2.22 (Debian 1:7.2+dfsg-7)", once QEMU greeted */
};

#define QMP_NONE ((struct qmp){.fd = -1})

enum { QMP_SIDE_FDS = 2 };

/* How to wait for a reply. Besides the reply, side_fds are watched (-1: none) and side_ready is
 * called when one is readable: QEMU answers nothing while its serial line or stderr is blocked. */
struct qmp_wait {
    struct deadline deadline;
    const struct interrupt *interrupt;
    int side_fds[QMP_SIDE_FDS];
    void (*side_ready)(void *context);
    void *context;
};

/* Takes the fd over, also on failure. Errors: ERROR_SYSTEM. */
bool qmp_open(int fd, bool debug, struct qmp *ret_qmp, struct error *err);
void qmp_close(struct qmp *qmp);

/* Wait for QEMU's greeting and leave negotiation mode. Errors: as qmp_command. */
bool qmp_greet(struct qmp *qmp, const struct qmp_wait *wait, struct error *err);

/* Send a command and wait for its reply. arguments may be NULL, is consumed in any case.
 * ret_result may be NULL, else the caller deletes *ret_result. Errors: ERROR_DEVICE (QEMU refused
 * the command, closed the socket or talks nonsense), ERROR_TIMEOUT, ERROR_INTERRUPTED,
 * ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool qmp_command(struct qmp *qmp, const char *name, cJSON *arguments, const struct qmp_wait *wait,
                 cJSON **ret_result, struct error *err);

/* Send a command without arguments and do not wait for the reply; should QEMU refuse it, refusal
 * says so once the reply has been pumped. Errors: ERROR_DEVICE, ERROR_INTERNAL (memory). */
bool qmp_post(struct qmp *qmp, const char *name, const struct qmp_wait *wait, struct error *err);

/* Send a command that changes nothing and do not wait for the reply: QEMU's main loop wakes up.
 * Dropped when the socket is full. */
void qmp_nudge(struct qmp *qmp);

/* Take in, without blocking, what QEMU sent: nobody waits for it. */
void qmp_pump(struct qmp *qmp);

#endif
