/* Inputs that nobody had to record. */
#ifndef MICROTVM_QEMU_COMMANDS_REGRESS_INIT_RANDOM_TENSOR_H
#define MICROTVM_QEMU_COMMANDS_REGRESS_INIT_RANDOM_TENSOR_H

#include "base/error.h"
#include "client/tensor.h"
#include "model/model.h"

#include <stdbool.h>

/* For so many inferences, with one more axis in front. Seeded by the tensor's name: always the same
 * numbers, on every machine. Floats are from -1 to 1, integers of 8 and 16 bits of their whole
 * range, larger ones, which may be indices, 0 or 1. Errors: ERROR_USAGE when the archive does not
 * tell shape or type, ERROR_INTERNAL (memory). The caller disposes of *ret_tensor. */
bool random_tensor(const struct model_tensor *of, int inferences, struct tensor *ret_tensor,
                   struct error *err);

#endif
