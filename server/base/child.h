/* Child processes that are never orphaned.
 *
 * A child gets an argv array (no shell), default signal dispositions, /dev/null for each standard
 * stream that it is not given, its own process group, PR_SET_PDEATHSIG with a re-check of its
 * parent, and nothing else of our file descriptors (they are all CLOEXEC) but those in keep_fds.
 * A failing exec is reported through a pipe as ERROR_TOOL / ERROR_SYSTEM of child_start itself.
 * child.c is the only file that forks. */
#ifndef MICROTVM_QEMU_BASE_CHILD_H
#define MICROTVM_QEMU_BASE_CHILD_H

#include "base/child_options.h"
#include "base/deadline.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct child {
    pid_t pid; /* 0: none */
    int pidfd; /* readable when the child has ended; -1: none */
};

#define CHILD_NONE ((struct child){.pid = 0, .pidfd = -1})

/* Blocks until exec, at most until the deadline: a child may be stopped before it, or its program
 * lie on a file system that does not answer. interrupt may be NULL. Errors: ERROR_TOOL (argv[0] not
 * found; names the package), ERROR_SYSTEM, ERROR_TIMEOUT, ERROR_INTERRUPTED; the child is gone
 * then.
 */
bool child_start(const struct child_options *options, struct deadline deadline,
                 const struct interrupt *interrupt, struct child *ret_child, struct error *err);

/* Has it ended? Reaps it: *ret_status is a wait(2) status and child becomes CHILD_NONE.
 * Returns false while it still runs (or there is none). Does not block. */
bool child_ended(struct child *child, int *ret_status);

/* Wait until it ended. Errors: ERROR_TIMEOUT, ERROR_INTERRUPTED (the child goes on),
 * ERROR_SYSTEM. */
bool child_wait(struct child *child, struct deadline deadline, const struct interrupt *interrupt,
                int *ret_status, struct error *err);

/* TERM to its group, wait at most grace_ms, KILL to its group, reap. grace_ms 0: KILL at once.
 * A child that is CHILD_NONE is fine. Never fails; leaves no zombie (but see child_reap). */
void child_stop(struct child *child, int grace_ms);

/* Reap a child that has ended or was killed; pidfd may be -1. *ret_status is a wait(2) status.
 * Where a call that never returns keeps it alive, that is waited for no longer than 10 s: false. */
bool child_reap(pid_t pid, int pidfd, int *ret_status);

/* "exit code 3", "killed by SIGSEGV": into a caller's buffer. Returns the buffer. */
const char *child_status_text(int status, char *buffer, size_t buffer_size_bytes);

/* Called for each line of output (no newline at its end). */
typedef void (*child_line_fn)(void *context, const char *line);

/* A child_line_fn whose context is a struct child_first_line that begins empty: keeps the first
 * line that is not empty, cut where there is no more room. */
struct child_first_line {
    char text[4096];
};
void child_keep_first_line(void *context, const char *line);

/* Run to the end with stdout and stderr joined, a line at a time to on_line (may be NULL; lines
 * over 8 KiB are split). stdout_fd/stderr_fd of options are ignored. An interrupt or deadline
 * stops the child (TERM, 2 s, KILL) and fails.
 * Returns true when the child ended by itself, whatever *ret_status says. */
bool child_run(const struct child_options *options, struct deadline deadline,
               const struct interrupt *interrupt, child_line_fn on_line, void *context,
               int *ret_status, struct error *err);

#endif
