/* What AOT's packed code tells its executor of itself, from TVM 0.9 on:
 *
 *   static const int64_t kTvmgenMetadata_inputs_0_shape[2] = {
 *   1L,
 *   4L};
 *   static const struct TVMTensorInfo kTvmgenMetadata_inputs[1] = {
 *   {
 *   "x" [name], kTvmgenMetadata_inputs_0_shape, 2L [num_shape], {2, 32, 1} [dtype]}
 *   };
 *
 * Its outputs are always called output0, output1, ... there, whatever they are called elsewhere. */
#ifndef MICROTVM_QEMU_MODEL_CODE_TABLE_H
#define MICROTVM_QEMU_MODEL_CODE_TABLE_H

#include "model/order/claims.h"

/* text ends in NUL. Types are told where all of a table can be understood. Errors: ERROR_MODEL
 * (more than TENSORS_MAX), ERROR_INTERNAL (memory). */
bool table_read(const char *text, const char *place, struct claims *claims, struct error *err);

#endif
