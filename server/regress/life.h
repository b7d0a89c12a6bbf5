/* How a run that waits for another process, which builds the same firmware, is told from one that
 * is stuck: it is its client's socket (`run --client-fd`) that it says so on. */
#ifndef MICROTVM_QEMU_REGRESS_LIFE_H
#define MICROTVM_QEMU_REGRESS_LIFE_H

#include "base/error.h"

#include <stdbool.h>

/* *ret_client_fd is for the run; the caller closes both. Errors: ERROR_SYSTEM. */
bool life_open(int *ret_fd, int *ret_client_fd, struct error *err);

/* Has it waited since this was last asked? */
bool life_has_waited(int fd);

/* -1, which *fd becomes, is fine. */
void life_close(int *fd);

#endif
