/* --client-fd FD: whoever started `run` holds the other end of this pipe or socket, so that the run
 * ends when they do, even by SIGKILL. Where it is a socket, bytes tell them that it waits for
 * another process, as long as it does. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_CLIENT_FD_H
#define MICROTVM_QEMU_COMMANDS_RUN_CLIENT_FD_H

#include "base/error.h"

#include <stdbool.h>

/* *ret_fd stays the caller's. Errors: ERROR_USAGE with what to give. */
bool client_fd_parse(const char *text, int *ret_fd, struct error *err);

/* Tell it. Does not block; nothing is told to a pipe, or where nobody reads. */
void client_fd_tell_wait(int fd);

#endif
