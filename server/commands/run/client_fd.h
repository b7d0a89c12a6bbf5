/* --client-fd FD: whoever started `run` holds the other end of this pipe or socket, so that the run
 * ends when they do, even by SIGKILL. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_CLIENT_FD_H
#define MICROTVM_QEMU_COMMANDS_RUN_CLIENT_FD_H

#include "base/error.h"

#include <stdbool.h>

/* *ret_fd stays the caller's. Errors: ERROR_USAGE with what to give. */
bool client_fd_parse(const char *text, int *ret_fd, struct error *err);

#endif
