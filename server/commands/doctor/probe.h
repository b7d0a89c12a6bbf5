/* Asking installed programs what they are and whether they work. */
#ifndef MICROTVM_QEMU_DOCTOR_PROBE_H
#define MICROTVM_QEMU_DOCTOR_PROBE_H

#include "base/deadline.h"
#include "base/error.h"

#include <stdbool.h>

enum {
    PROBE_LINE_SIZE = 200,
    PROBE_TIMEOUT_MS = 20 * 1000, /* --version of a program on a cold disk; a hang is no answer */
};

/* Runs argv and keeps its first line of output that is not empty. *ret_ok: it exited with 0.
 * Errors: ERROR_TOOL (not there), ERROR_TIMEOUT, ERROR_INTERRUPTED, ERROR_SYSTEM. */
bool probe_first_line(const char *const *argv, const struct interrupt *interrupt,
                      char ret_line[PROBE_LINE_SIZE], bool *ret_ok, struct error *err);

/* Does `PROGRAM -machine help` list MACHINE? Errors: as above. */
bool probe_qemu_machine(const char *program, const char *machine, const struct interrupt *interrupt,
                        bool *ret_listed, struct error *err);

/* Opens a pseudo-terminal and its other end, whose name goes to ret_line. */
bool probe_pty(char ret_line[PROBE_LINE_SIZE], struct error *err);

#endif
