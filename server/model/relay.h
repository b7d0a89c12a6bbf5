/* The model's Relay text, which archives hold for people to read: names, order and types of its
 * inputs stand in its first line as the model's author has them. */
#ifndef MICROTVM_QEMU_MODEL_RELAY_H
#define MICROTVM_QEMU_MODEL_RELAY_H

#include "base/error.h"
#include "model/model.h"

/* "def @main(...) {", out of DIR/src/MODEL_NAME.relay (TVM 0.8: DIR/src/relay.txt), in a new
 * string;
 * "" where there is none. Errors: ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool relay_signature_load(const char *dir, const char *model_name, char **ret_signature,
                          struct error *err);

/* Where the type of an input stands in a signature, "Tensor[...". NULL: it names no such input. */
const char *relay_find_input(const char *signature, const char *name);

/* Generated code calls "a.b" and "a_b" alike, and metadata.json is sorted: bring inputs that are
 * alike into the order of the signature, among the places that they have. Errors: ERROR_MODEL where
 * an AOT model has such inputs and no signature names them. */
bool relay_order_namesakes(const char *signature, struct model *model, struct error *err);

#endif
