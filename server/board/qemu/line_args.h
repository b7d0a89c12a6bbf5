/* The arguments that put the serial line, QEMU's chardev "serial", into a machine: as its first
 * UART, or as a device that is faster ("qemu.line_arguments" of a board's definition). */
#ifndef MICROTVM_QEMU_BOARD_LINE_ARGS_H
#define MICROTVM_QEMU_BOARD_LINE_ARGS_H

#include "base/error.h"

#include <stdbool.h>

/* Of a definition that has none of its own: the first UART. NULL-terminated. */
extern const char *const LINE_ARGS_DEFAULT[];

/* One of them at least names the chardev; none is of those that qemu_args.h refuses, but for
 * -serial; and a driver that is for no UART has its device. args is NULL-terminated. Errors:
 * ERROR_USAGE, with the field. */
bool line_args_check(const char *const *args, const char *uart_driver, struct error *err);

/* Is the line faster with a buffer of QEMU's in front of what that driver is for? Not where that
 * takes at once all that it has room for, of more than a byte; nor where a QEMU of this version (as
 * qmp.h has it; NULL or "": not known, then a recent one) would lose bytes of it. */
bool line_args_want_buffer(const char *uart_driver, const char *qemu_version);

#endif
