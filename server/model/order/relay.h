/* The model as TVM was given it: src/NAME.relay, in Relay's text form (TVM 0.8: src/relay.txt).
 * What counts here stands in one line, the signature:
 *
 *   def @main(%x: Tensor[(1, 4), float32], %w: Tensor[(4, 4), float32],
 *             output_tensor_names=["boxes", "scores"]) -> (Tensor[...], ...) {
 *
 * Parameters are the model's inputs and its weights. The attribute has the outputs in their order,
 * where the model's author or TVM's front end named them. */
#ifndef MICROTVM_QEMU_MODEL_ORDER_RELAY_H
#define MICROTVM_QEMU_MODEL_ORDER_RELAY_H

#include "model/model.h"
#include "model/order/claims.h"

/* The line, out of DIR's archive, and the file that it stands in ("src/m.relay"), in new strings;
 * "" where there is none. Errors: ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool relay_signature_load(const char *dir, const char *model_name, char **ret_signature,
                          char **ret_place, struct error *err);

/* Where the type of an input stands in a signature, "Tensor[...". NULL: it names no such input. */
const char *relay_find_input(const char *signature, const char *name);

/* What a signature says of a model whose inputs are called so, in any order, and of its outputs. A
 * claim on no outputs says that they were given no names. Errors: ERROR_MODEL (more than
 * TENSORS_MAX), ERROR_INTERNAL (memory). */
bool relay_read(const char *signature, const char *place, const struct model *model,
                struct claims *claims, struct error *err);

#endif
