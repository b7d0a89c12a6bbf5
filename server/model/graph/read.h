/* An executor's graph as JSON, for the files of this folder that look into one. */
#ifndef MICROTVM_QEMU_MODEL_GRAPH_READ_H
#define MICROTVM_QEMU_MODEL_GRAPH_READ_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/* Bounds the time that walks through lists take. */
enum { GRAPH_NODES_MAX = 10000 };

/* All of these belong to the JSON. */
struct graph {
    const cJSON *nodes;
    const cJSON *arg_nodes;
    const cJSON *heads;   /* the outputs: [node, which of its results, version] each */
    const cJSON *row_ptr; /* node index -> index into the others */
    const cJSON *shapes;
    const cJSON *dtypes;
};

/* Errors: ERROR_MODEL: it is none, or has too many nodes. */
bool graph_open(const cJSON *json, struct graph *ret_graph, struct error *err);

/* attrs.KEY is ["list_...", [values]]: the values. NULL: there are none. */
const cJSON *graph_attribute(const cJSON *json, const char *key);

/* Bytes of a tensor; booleans take one each. false: the shape is none. */
bool graph_tensor_size(const cJSON *shape, const char *dtype, uint64_t *ret_size_bytes);

#endif
