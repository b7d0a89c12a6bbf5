/* The model as TVM was given it: src/NAME.relay, in Relay's text form (TVM 0.8: src/relay.txt).
 *
 *   def @main(%x: Tensor[(1, 4), float32], %w: Tensor[(4, 4), float32],
 *             output_tensor_names=["boxes", "scores"]) { ... }
 *
 * Parameters are the model's inputs and its weights. The attribute has the outputs in their order,
 * where the model's author or TVM's front end named them. */
#ifndef MICROTVM_QEMU_MODEL_ORDER_RELAY_H
#define MICROTVM_QEMU_MODEL_ORDER_RELAY_H

#include "model/order/claims.h"

/* text ends in NUL. What cannot be understood says nothing; a claim on no outputs says that they
 * were given no names. Errors: ERROR_MODEL (more than TENSORS_MAX), ERROR_INTERNAL (memory). */
bool relay_read(const char *text, const char *place, struct claims *claims, struct error *err);

/* Does printed, a parameter's name in the text, stand for the variable called name? */
bool relay_names_match(const char *printed, const char *name);

#endif
