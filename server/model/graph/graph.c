#include "model/graph/graph.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/graph/params_file.h"
#include "model/graph/read.h"
#include "model/json_read.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const cJSON *graph_attribute(const cJSON *json, const char *key)
{
    const cJSON *attrs = cJSON_GetObjectItemCaseSensitive(json, "attrs");
    return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(attrs, key), 1);
}

bool graph_open(const cJSON *json, struct graph *graph, struct error *err)
{
    graph->nodes = cJSON_GetObjectItemCaseSensitive(json, "nodes");
    graph->arg_nodes = cJSON_GetObjectItemCaseSensitive(json, "arg_nodes");
    graph->heads = cJSON_GetObjectItemCaseSensitive(json, "heads");
    graph->row_ptr = cJSON_GetObjectItemCaseSensitive(json, "node_row_ptr");
    graph->shapes = graph_attribute(json, "shape");
    graph->dtypes = graph_attribute(json, "dltype");
    if (cJSON_GetArraySize(graph->nodes) > GRAPH_NODES_MAX ||
        cJSON_GetArraySize(graph->arg_nodes) > GRAPH_NODES_MAX ||
        cJSON_GetArraySize(graph->shapes) > GRAPH_NODES_MAX)
        return error_set(err, ERROR_MODEL, 0, "more than %d nodes", GRAPH_NODES_MAX);
    if (cJSON_IsArray(graph->nodes) && cJSON_IsArray(graph->arg_nodes) &&
        cJSON_IsArray(graph->row_ptr) && cJSON_IsArray(graph->shapes) &&
        cJSON_IsArray(graph->dtypes))
        return true;
    return error_set(err, ERROR_MODEL, 0,
                     "not an executor graph (nodes, arg_nodes, node_row_ptr, attrs.shape and "
                     "attrs.dltype are needed)");
}

/* Element number of an array that holds whole numbers; -1 where there is none. */
static int array_int(const cJSON *array, int index)
{
    const cJSON *item = index < 0 ? NULL : cJSON_GetArrayItem(array, index);
    return item && cJSON_IsNumber(item) ? item->valueint : -1;
}

/* "float32" -> 32. Booleans take a byte. */
static unsigned dtype_bits(const char *dtype)
{
    const char *digits = dtype + strcspn(dtype, "0123456789");
    unsigned long bits = strtoul(digits, NULL, 10);
    return *digits && bits <= 64 ? (unsigned)bits : 8;
}

bool graph_tensor_size(const cJSON *shape, const char *dtype, uint64_t *ret_size_bytes)
{
    uint64_t bits = dtype_bits(dtype);
    const cJSON *extent = NULL;
    cJSON_ArrayForEach(extent, shape)
    {
        if (!cJSON_IsNumber(extent) || extent->valueint < 0 ||
            __builtin_mul_overflow(bits, (uint64_t)extent->valueint, &bits))
            return false;
    }
    *ret_size_bytes = bits / 8 + (bits % 8 != 0);
    return true;
}

/* Type and size of a node's result. */
static bool read_type(const struct graph *graph, int node, int result, struct model_tensor *tensor,
                      struct error *err)
{
    int row = array_int(graph->row_ptr, node);
    bool known = row >= 0 && row <= GRAPH_NODES_MAX && result >= 0 && result <= GRAPH_NODES_MAX;
    const cJSON *shape = known ? cJSON_GetArrayItem(graph->shapes, row + result) : NULL;
    const cJSON *dtype = known ? cJSON_GetArrayItem(graph->dtypes, row + result) : NULL;
    if (!shape || !dtype || !cJSON_IsArray(shape) || !cJSON_IsString(dtype) ||
        !graph_tensor_size(shape, dtype->valuestring, &tensor->size_bytes))
        return error_set(err, ERROR_MODEL, 0, "node %d has no shape and type in it", node);
    tensor->dtype = strdup(dtype->valuestring);
    return tensor->dtype || error_no_memory(err, "a type", strlen(dtype->valuestring));
}

static bool read_inputs(const struct graph *graph, const struct params_file *params,
                        struct claim *claim, struct error *err)
{
    const cJSON *argument = NULL;
    cJSON_ArrayForEach(argument, graph->arg_nodes)
    {
        int node = cJSON_IsNumber(argument) ? argument->valueint : -1;
        const cJSON *item = node < 0 ? NULL : cJSON_GetArrayItem(graph->nodes, node);
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(item, "name");
        if (!cJSON_IsString(name))
            return error_set(err, ERROR_MODEL, 0, "arg_nodes: node %d has no name", node);
        if (params_file_find(params, name->valuestring))
            continue;
        if (!claim_add(claim, name->valuestring, strlen(name->valuestring), err))
            return false;
        if (!read_type(graph, node, 0, &claim->tensors[claim->count - 1], err))
            return error_wrap(err, "input \"%.100s\"", name->valuestring);
    }
    return true;
}

static bool read_outputs(const struct graph *graph, struct claim *claim, struct error *err)
{
    const cJSON *head = NULL;
    cJSON_ArrayForEach(head, graph->heads)
    {
        if (!claim_add(claim, NULL, 0, err))
            return false;
        if (!read_type(graph, array_int(head, 0), array_int(head, 1),
                       &claim->tensors[claim->count - 1], err))
            return error_wrap(err, "heads");
    }
    return true;
}

/* TVM 0.8 calls it graph.json, later ones MODEL_NAME.graph. */
bool model_graph_load(const char *dir, const char *model_name, cJSON **ret_json, struct error *err)
{
    cleanup_free char *old_path = file_path("%s/executor-config/graph/graph.json", dir);
    cleanup_free char *path = file_path("%s/executor-config/graph/%s.graph", dir, model_name);
    if (!path || !old_path)
        return error_no_memory(err, "a path", strlen(dir));
    if (access(path, F_OK) == 0)
        return json_read_file(path, ERROR_MODEL, ret_json, err);
    if (access(old_path, F_OK) == 0)
        return json_read_file(old_path, ERROR_MODEL, ret_json, err);
    return error_set(err, ERROR_MODEL, 0, "it holds no executor-config/graph/%s.graph", model_name);
}

static bool read_graph(const cJSON *json, const struct params_file *params, const char *place,
                       struct claims *claims, struct error *err)
{
    struct graph graph;
    struct claim *inputs = &claims->inputs[CLAIM_GRAPH];
    struct claim *outputs = &claims->outputs[CLAIM_GRAPH];
    if (!graph_open(json, &graph, err) || !claim_begin(inputs, place, err) ||
        !read_inputs(&graph, params, inputs, err))
        return false;
    return !graph.heads || (claim_begin(outputs, place, err) && read_outputs(&graph, outputs, err));
}

bool model_graph_read(const char *dir, const char *model_name, struct claims *claims,
                      struct error *err)
{
    static const char PLACE[] = "executor-config/graph";
    cJSON *json = NULL;
    struct params_file params = {.data = NULL};
    bool good = params_file_load(dir, model_name, &params, err) &&
                model_graph_load(dir, model_name, &json, err);
    if (good && !read_graph(json, &params, PLACE, claims, err))
        good = error_wrap(err, "%s", PLACE);
    cJSON_Delete(json);
    params_file_dispose(&params);
    return good;
}
