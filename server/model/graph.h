/* The graph executor's graph: it names the model's inputs, and in archives of TVM 0.8 it is the
 * only place that does. */
#ifndef MICROTVM_QEMU_MODEL_GRAPH_H
#define MICROTVM_QEMU_MODEL_GRAPH_H

#include "base/error.h"
#include "model/model.h"

#include <cjson/cJSON.h>

/* DIR/executor-config/graph/{MODEL_NAME.graph,graph.json}: its arguments that are no parameters (as
 * DIR/parameters/MODEL_NAME.params lists those), in order, with type and size. Errors: ERROR_MODEL
 * (no graph, or malformed), ERROR_SYSTEM. The caller frees each tensor's name and dtype, and
 * *ret_tensors. */
bool model_graph_inputs(const char *dir, const char *model_name, struct model_tensor **ret_tensors,
                        size_t *ret_count, struct error *err);

/* The graph as it is there. Errors: likewise. The caller deletes *ret_json. */
bool model_graph_load(const char *dir, const char *model_name, cJSON **ret_json, struct error *err);

#endif
