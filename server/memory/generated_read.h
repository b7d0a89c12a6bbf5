/* What a model's generated C takes of a board's memory, read from its text: metadata.json's figures
 * count tensors twice, and arrays that lie on the stack. Only what is sure to be taken counts: a
 * text that says it in another way than TVM's, and code that is compiled already, take nothing. */
#ifndef MICROTVM_QEMU_MEMORY_GENERATED_READ_H
#define MICROTVM_QEMU_MEMORY_GENERATED_READ_H

#include "base/error.h"
#include "memory/generated.h"

#include <stdbool.h>

/* Look through DIR/codegen/host/src. Where several models share it, module is the one that is meant
 * (else NULL). Errors: ERROR_SYSTEM, ERROR_MODEL (a source over 1 GiB), ERROR_INTERNAL (memory). On
 * success the caller disposes of it. */
bool generated_read(const char *dir, const char *module, struct generated *ret_generated,
                    struct error *err);

#endif
