/* The graph executor's graph: it names the model's inputs, and in archives of TVM 0.8 it is the
 * only place that does. */
#ifndef MICROTVM_QEMU_MODEL_GRAPH_H
#define MICROTVM_QEMU_MODEL_GRAPH_H

#include "base/error.h"
#include "model/order/claims.h"

#include <cjson/cJSON.h>

/* DIR/executor-config/graph/{MODEL_NAME.graph,graph.json}: its arguments that are no parameters (as
 * DIR/parameters/MODEL_NAME.params lists those), in order, with type and size; and the types and
 * sizes of its outputs, which have no names there. Errors: ERROR_MODEL (no graph, or malformed),
 * ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool model_graph_read(const char *dir, const char *model_name, struct claims *claims,
                      struct error *err);

/* The graph as it is there. Errors: likewise. The caller deletes *ret_json. */
bool model_graph_load(const char *dir, const char *model_name, cJSON **ret_json, struct error *err);

#endif
