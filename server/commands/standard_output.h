/* What was printed is a result, too: a disk that is full must not look like success. */
#ifndef MICROTVM_QEMU_COMMANDS_STANDARD_OUTPUT_H
#define MICROTVM_QEMU_COMMANDS_STANDARD_OUTPUT_H

#include "base/error.h"

#include <stdbool.h>

/* Write what still waits; true when all that was printed went out, also when nobody reads it: a
 * pipe whose reader is gone, a stream that was closed when we started. A loss is told once: not by
 * the next call. Errors: ERROR_SYSTEM. */
bool standard_output_finish(struct error *err);

#endif
