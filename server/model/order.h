/* Bringing a model's tensors into the order of the compiled function's arguments: metadata.json has
 * them sorted by name ("output10" before "output2"), and that of TVM 0.8 has none. */
#ifndef MICROTVM_QEMU_MODEL_ORDER_H
#define MICROTVM_QEMU_MODEL_ORDER_H

#include "base/error.h"
#include "model/code.h"
#include "model/model.h"

/* By the generated code's names, or by the graph in DIR; where neither says, by name with numbers
 * in it taken as numbers. Errors: ERROR_MODEL (a graph executor's model without a graph),
 * ERROR_SYSTEM. */
bool model_order(const char *dir, const struct model_code *code, struct model *model,
                 struct error *err);

#endif
