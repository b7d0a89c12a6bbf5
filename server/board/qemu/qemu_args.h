/* Arguments for QEMU that come from a user (option qemu_args) or from a board's definition. Most
 * are their business; those that would break what the server promises are refused: that QEMU ends
 * with it, that the serial line and QMP are its own, that a model reaches nothing of the host. */
#ifndef MICROTVM_QEMU_BOARD_QEMU_ARGS_H
#define MICROTVM_QEMU_BOARD_QEMU_ARGS_H

#include "base/error.h"

#include <stdbool.h>

/* args is NULL-terminated, or NULL. Errors: ERROR_USAGE with the argument, why, and what to do
 * instead where there is something. */
bool qemu_args_check(const char *const *args, struct error *err);

/* Is there an argument -NAME, or --NAME as QEMU takes it, too? */
bool qemu_args_have(const char *const *args, const char *name);

#endif
