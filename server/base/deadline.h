/* Points in time on CLOCK_MONOTONIC, and the one way in which this program waits.
 *
 * Every wait of more than an instant goes through wait_ready (but that for the next request, which
 * commands/serve_wait.h tells of and which ends likewise), so that each of them ends at once
 * when the program is told to stop (a signal) or when nobody is left to answer to (the client
 * closed its end). */
#ifndef MICROTVM_QEMU_BASE_DEADLINE_H
#define MICROTVM_QEMU_BASE_DEADLINE_H

#include "base/error.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

struct deadline {
    int64_t at_ns; /* CLOCK_MONOTONIC; INT64_MAX: never */
};

int64_t clock_now_ns(void);
struct deadline deadline_never(void);
/* timeout_ms <= 0 has passed already: "do not wait". Saturates. */
struct deadline deadline_in_ms(int64_t timeout_ms);
struct deadline deadline_in_ns(int64_t timeout_ns);
struct deadline deadline_earlier(struct deadline a, struct deadline b);
bool deadline_passed(struct deadline deadline);
/* For poll: -1 for never, 0 when passed, else rounded up to a whole millisecond. */
int deadline_poll_ms(struct deadline deadline);

/* What goes on beside every wait: whenever fd is readable, run is called, and the wait goes on. run
 * must not wait itself. */
struct background {
    int fd;
    void (*run)(void *context);
    void *context;
};

/* What ends a wait early. Not owned; a negative fd is not watched. */
struct interrupt {
    int signal_fd;  /* signalfd of SIGINT, SIGTERM, SIGHUP: readable means stop */
    int peer_fd;    /* the client's request pipe, or its socket: a hang-up means that nobody
                     * listens any more. Bytes that wait there do not count. */
    int64_t end_ns; /* CLOCK_MONOTONIC: when all must be done. 0: whenever */
    const struct background *background; /* not owned; may be NULL */
};

/* Block SIGINT, SIGTERM and SIGHUP, ignore SIGPIPE and open the signalfd that reports them
 * (CLOEXEC). Children started by child_start get the default dispositions back.
 * Errors: ERROR_SYSTEM. */
bool interrupt_open(struct interrupt *ret_interrupt, struct error *err);
void interrupt_close(struct interrupt *interrupt);

/* From now on these signals end the process again, as they do by default: for what may wait for
 * ever, and without wait_ready. One that has come already is done with. */
void interrupt_give_back(void);

/* Has the time come at which all must be done? */
bool interrupt_ended(const struct interrupt *interrupt);

/* poll(2) on fds until one is ready (*ret_ready > 0), the deadline passed (*ret_ready = 0, still
 * true), or the interrupt fired (false, ERROR_INTERRUPTED; os = the signal's number, 0 for a
 * hang-up of the peer and for its end). count is at most 8; interrupt may be NULL. Other errors:
 * ERROR_SYSTEM. */
bool wait_ready(struct pollfd *fds, int count, struct deadline deadline,
                const struct interrupt *interrupt, int *ret_ready, struct error *err);

#endif
