/* The C interface of AOT's code: a header with the model's tensors as members of two structs,
 *
 *   struct tvmgen_default_outputs {
 *     void* boxes;
 *     void* scores;
 *   };
 *
 * and a source that hands them to the compiled function:
 *
 *   return tvmgen_default___tvm_main__(inputs->x,outputs->boxes,outputs->scores);
 *
 * or, where they lie in pools of the application's memory, says where:
 *
 *   struct tvmgen_default_outputs ret = {
 *     .boxes = &((uint8_t*)workspace_pools->sram)[16], */
#ifndef MICROTVM_QEMU_MODEL_CODE_INTERFACE_H
#define MICROTVM_QEMU_MODEL_CODE_INTERFACE_H

#include "model/order/claims.h"

/* text ends in NUL. Of several, the first one counts. Errors: ERROR_MODEL (more than TENSORS_MAX;
 * a member that cannot be called so, or twice: it does not compile), ERROR_INTERNAL (memory). */
bool interface_read_header(const char *text, const char *place, struct claims *claims,
                           struct error *err);
bool interface_read_call(const char *text, const char *place, struct claims *claims,
                         struct error *err);

/* Once both were read: does the source use what the header has? TVM's header loses one of two
 * outputs of one name. Errors: ERROR_MODEL with what to do. */
bool interface_check(const struct claims *claims, struct error *err);

#endif
