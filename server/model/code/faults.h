/* Code that TVM writes although it does not compile. */
#ifndef MICROTVM_QEMU_MODEL_CODE_FAULTS_H
#define MICROTVM_QEMU_MODEL_CODE_FAULTS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Runtime("crt", {"system-lib": True}) declares the model's entry point with the packed interface's
 * arguments; with "unpacked-api" (which the C interface needs) it is defined with others, in the
 * same file (TVM #17194, #14871). text has size bytes and ends in NUL; place is its path in the
 * archive. Errors: ERROR_MODEL with what to do. */
bool code_check_entry(const char *text, size_t size, const char *place, struct error *err);

/* Does it use TVM's name for float16, "half", and not define it? No C compiler knows that. */
bool code_needs_half(const char *text, size_t size);

#endif
