/* serve: the Project API server, as TVM starts it.
 *
 * One request at a time; whenever nothing is asked, the board's output is taken in, because QEMU
 * hangs when nobody does. The server ends, and QEMU with it, at once on SIGINT, SIGTERM and SIGHUP,
 * when nobody can read its replies any more, and at the end of the requests. */
#ifndef MICROTVM_QEMU_COMMANDS_SERVE_SERVE_H
#define MICROTVM_QEMU_COMMANDS_SERVE_SERVE_H

#include "base/error.h"

#include <stdbool.h>

struct serve_options {
    int read_fd;             /* requests */
    int write_fd;            /* replies */
    bool is_debugging;       /* requests, replies, compiler and QEMU to stderr */
    const char *project_dir; /* NULL: the working directory */
};

/* Returns true at the end of the requests. Errors: ERROR_INTERRUPTED (os: the signal, or 0 when the
 * client went away), ERROR_PARSE and ERROR_INVALID_REQUEST (a line that was no request),
 * ERROR_SYSTEM, ERROR_INTERNAL. */
bool serve(const struct serve_options *options, struct error *err);

#endif
