/* How a command tells its caller, usually a CI job, what went wrong. Documented in README.md and
 * in --help: a script may rely on these numbers. */
#ifndef MICROTVM_QEMU_COMMANDS_EXIT_CODE_H
#define MICROTVM_QEMU_COMMANDS_EXIT_CODE_H

#include "base/error.h"

enum exit_code {
    EXIT_CODE_OK = 0,
    EXIT_CODE_MISMATCH = 1,   /* an output differs from what was expected */
    EXIT_CODE_USAGE = 2,      /* bad usage or a bad input file */
    EXIT_CODE_MODEL = 3,      /* the model archive was refused */
    EXIT_CODE_BUILD = 4,      /* the firmware does not build or does not fit */
    EXIT_CODE_DEVICE = 5,     /* QEMU or the firmware failed */
    EXIT_CODE_TOOL = 6,       /* a program is missing */
    EXIT_CODE_SYSTEM = 7,     /* disk full, permissions, no memory */
    EXIT_CODE_DEADLINE = 124, /* --deadline passed; the number that timeout(1) uses */
    EXIT_CODE_INTERRUPTED = 130,
};

/* The exit code for what err says. */
enum exit_code exit_code_of(const struct error *err);

/* "microtvm-qemu COMMAND: TEXT" to stderr (nothing for an interrupt); returns exit_code_of. */
enum exit_code exit_with_error(const char *command, const struct error *err);

#endif
