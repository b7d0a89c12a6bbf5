/* A model's inputs and outputs in the order of the compiled function's arguments, by name.
 *
 * metadata.json has names, types and sizes, sorted by name. Which of them is first, second, ... is
 * told by the places of claims.h, of which any may be missing; they are all asked, and types and
 * sizes must agree. What nothing settles is called by its number, and model.h's note says why. */
#ifndef MICROTVM_QEMU_MODEL_ORDER_ORDER_H
#define MICROTVM_QEMU_MODEL_ORDER_ORDER_H

#include "base/error.h"
#include "model/code/code.h"
#include "model/model.h"

/* From the generated code, and from src/ and the graph in DIR. code's claims are added to. Errors:
 * ERROR_MODEL (a graph executor's model without a graph), ERROR_SYSTEM, ERROR_INTERNAL. */
bool model_order(const char *dir, struct model_code *code, struct model *model, struct error *err);

#endif
