/* QEMU's control channel (QMP): one JSON message a line over a socket.
 *
 * A state that is fed: qmp_take_in reads what has come, and nothing here waits. The greeting is
 * answered by itself. One question at a time can be open; its answer is kept until it is taken.
 * Events, and answers that nobody waits for any more, are skipped. */
#ifndef MICROTVM_QEMU_BOARD_QMP_H
#define MICROTVM_QEMU_BOARD_QMP_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum { QMP_FAILURE_BYTES = 300, QMP_VERSION_BYTES = 96 };

struct qmp {
    int fd;       /* owned, non-blocking; -1: none */
    bool closed;  /* QEMU's end is gone */
    bool greeted; /* what follows the greeting are answers and events */
    bool ready;   /* takes commands */
    bool debug;   /* every message to stderr */
    int next_id;
    int asked_id;  /* of the open question; 0: none */
    cJSON *answer; /* to it; NULL: not there yet */
    char *input;   /* received, not yet taken */
    size_t input_size_bytes;
    size_t input_capacity_bytes;
    char version[QMP_VERSION_BYTES]; /* "7.2.22 (Debian 1:7.2+dfsg-7)", once QEMU greeted */
    char failure[QMP_FAILURE_BYTES]; /* what QEMU sent against the protocol; "": nothing */
};

#define QMP_NONE ((struct qmp){.fd = -1})

/* Takes the fd over, also on failure. Errors: ERROR_SYSTEM. */
bool qmp_open(int fd, bool debug, struct qmp *ret_qmp, struct error *err);
void qmp_close(struct qmp *qmp);

/* Take in what QEMU sent, without blocking; sets the flags above. */
void qmp_take_in(struct qmp *qmp);

/* Send a command; one that is open already is forgotten. arguments may be NULL, is consumed in any
 * case. To be called when ready. Errors: ERROR_DEVICE (QEMU closed the socket), ERROR_TIMEOUT (the
 * socket is full of what QEMU does not read), ERROR_INTERNAL (memory). */
bool qmp_ask(struct qmp *qmp, const char *name, cJSON *arguments, struct error *err);

static inline bool qmp_has_answer(const struct qmp *qmp)
{
    return qmp->answer != NULL;
}

/* The answer to the command of this name, when it is there. ret_result may be NULL, else the caller
 * deletes *ret_result. Errors: ERROR_DEVICE (QEMU refused the command, or its answer has no
 * result). */
bool qmp_take_answer(struct qmp *qmp, const char *name, cJSON **ret_result, struct error *err);

/* Send a command that changes nothing: QEMU's main loop wakes up. Dropped when the socket is full.
 */
void qmp_nudge(struct qmp *qmp);

#endif
