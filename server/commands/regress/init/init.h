/* A first suite for archives: inputs of random numbers, always the same, and what the models make
 * of them. */
#ifndef MICROTVM_QEMU_COMMANDS_REGRESS_INIT_INIT_H
#define MICROTVM_QEMU_COMMANDS_REGRESS_INIT_INIT_H

#include "base/error.h"
#include "commands/regress/args.h"

#include <stdbool.h>

enum { INIT_INFERENCES = 4 };

/* Write the suite, which must not exist, and beside it a folder with its inputs: "suite.json",
 * "suite_data/MODEL/input.npy". The expected outputs are named in it and are for an update to
 * write. Errors: ERROR_USAGE (it exists; an archive does not tell a tensor's shape or type),
 * ERROR_MODEL, ERROR_SYSTEM, ERROR_INTERNAL; nothing is left then. */
bool init_suite(const struct regress_args *args, struct error *err);

/* Take back what init_suite wrote. */
void init_undo(const struct regress_args *args);

#endif
