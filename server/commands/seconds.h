/* SECONDS on a command line. */
#ifndef MICROTVM_QEMU_COMMANDS_SECONDS_H
#define MICROTVM_QEMU_COMMANDS_SECONDS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* The value of --OPTION. Errors: ERROR_USAGE with what to give. */
bool seconds_parse(const char *option, const char *text, int64_t *ret_ms, struct error *err);

#endif
