#include "model/graph.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/json_read.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Lists are walked for each argument: a bound on nodes bounds the time. */
enum { NODES_MAX = 10000, PARAMS_HEAD_BYTES = 24 };
static const size_t PARAMS_MAX_BYTES = 1024UL * 1024 * 1024;
static const uint64_t PARAMS_MARK = 0xf7e58d4f05049cb7;

struct params {
    char *data;
    const char *names; /* in data */
    size_t names_size;
};

struct graph {
    const cJSON *nodes;
    const cJSON *arg_nodes;
    const cJSON *row_ptr; /* node index -> index into shape and dltype */
    const cJSON *shapes;
    const cJSON *dtypes;
};

/* attrs.KEY is ["list_...", [values]]. */
static const cJSON *graph_attribute(const cJSON *json, const char *key)
{
    const cJSON *attrs = cJSON_GetObjectItemCaseSensitive(json, "attrs");
    return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(attrs, key), 1);
}

static bool graph_open(const cJSON *json, struct graph *graph, struct error *err)
{
    graph->nodes = cJSON_GetObjectItemCaseSensitive(json, "nodes");
    graph->arg_nodes = cJSON_GetObjectItemCaseSensitive(json, "arg_nodes");
    graph->row_ptr = cJSON_GetObjectItemCaseSensitive(json, "node_row_ptr");
    graph->shapes = graph_attribute(json, "shape");
    graph->dtypes = graph_attribute(json, "dltype");
    if (cJSON_GetArraySize(graph->nodes) > NODES_MAX ||
        cJSON_GetArraySize(graph->arg_nodes) > NODES_MAX ||
        cJSON_GetArraySize(graph->shapes) > NODES_MAX)
        return error_set(err, ERROR_MODEL, 0, "more than %d nodes", NODES_MAX);
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

static uint64_t read_le64(const char *at)
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | (unsigned char)at[i];
    return value;
}

/* The params file begins with a mark, eight reserved bytes and the number of names; then comes each
 * name with its length in front, then the tensors. *ret_names_size is the length of the names. */
static bool find_params_names(const char *params, size_t size, size_t *ret_names_size,
                              struct error *err)
{
    size_t at = PARAMS_HEAD_BYTES;
    uint64_t count = size < at ? 0 : read_le64(params + 16);
    bool good = size >= at && read_le64(params) == PARAMS_MARK && count <= NODES_MAX;
    for (uint64_t i = 0; good && i < count; i++) {
        good = size - at >= 8 && read_le64(params + at) <= size - at - 8;
        if (good)
            at += 8 + read_le64(params + at);
    }
    if (!good)
        return error_set(err, ERROR_MODEL, 0, "the list of names is damaged");
    *ret_names_size = at - PARAMS_HEAD_BYTES;
    return true;
}

static bool is_parameter(const struct params *params, const char *name)
{
    const uint64_t length = strlen(name);
    for (size_t at = 0; at < params->names_size;) {
        uint64_t other_length = read_le64(params->names + at);
        at += 8;
        if (length == other_length && memcmp(params->names + at, name, length) == 0)
            return true;
        at += other_length;
    }
    return false;
}

static bool load_params(const char *dir, const char *model_name, struct params *params,
                        struct error *err)
{
    cleanup_free char *path = file_path("%s/parameters/%s.params", dir, model_name);
    size_t size = 0;
    if (!path)
        return error_no_memory(err, "a path", strlen(dir));
    if (access(path, F_OK) != 0)
        return true;
    if (!file_read(path, PARAMS_MAX_BYTES, &params->data, &size, err))
        return false;
    if (!find_params_names(params->data, size, &params->names_size, err))
        return error_wrap(err, "parameters/%s.params", model_name);
    params->names = params->data + PARAMS_HEAD_BYTES;
    return true;
}

/* "float32" -> 32. Booleans take a byte. */
static unsigned dtype_bits(const char *dtype)
{
    const char *digits = dtype + strcspn(dtype, "0123456789");
    unsigned long bits = strtoul(digits, NULL, 10);
    return *digits && bits <= 64 ? (unsigned)bits : 8;
}

static bool tensor_size(const cJSON *shape, const char *dtype, uint64_t *ret_size_bytes)
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

static bool read_input(const struct graph *graph, int node, const char *name,
                       struct model_tensor *ret_tensor, struct error *err)
{
    int row = array_int(graph->row_ptr, node);
    const cJSON *shape = row < 0 ? NULL : cJSON_GetArrayItem(graph->shapes, row);
    const cJSON *dtype = row < 0 ? NULL : cJSON_GetArrayItem(graph->dtypes, row);
    struct model_tensor tensor = {0};
    if (!shape || !dtype || !cJSON_IsArray(shape) || !cJSON_IsString(dtype) ||
        !tensor_size(shape, dtype->valuestring, &tensor.size_bytes))
        return error_set(err, ERROR_MODEL, 0, "input \"%s\" has no shape and type in it", name);
    tensor.name = strdup(name);
    tensor.dtype = strdup(dtype->valuestring);
    if (!tensor.name || !tensor.dtype) {
        free(tensor.name);
        free(tensor.dtype);
        return error_no_memory(err, "an input's name", strlen(name));
    }
    *ret_tensor = tensor;
    return true;
}

static bool read_inputs(const struct graph *graph, const struct params *params,
                        struct model_tensor *tensors, size_t *count, struct error *err)
{
    const cJSON *argument = NULL;
    cJSON_ArrayForEach(argument, graph->arg_nodes)
    {
        int node = cJSON_IsNumber(argument) ? argument->valueint : -1;
        const cJSON *item = node < 0 ? NULL : cJSON_GetArrayItem(graph->nodes, node);
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(item, "name");
        if (!cJSON_IsString(name))
            return error_set(err, ERROR_MODEL, 0, "arg_nodes: node %d has no name", node);
        if (is_parameter(params, name->valuestring))
            continue;
        if (!read_input(graph, node, name->valuestring, &tensors[*count], err))
            return false;
        ++*count;
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

static bool read_graph(const cJSON *json, const struct params *params,
                       struct model_tensor **ret_tensors, size_t *ret_count, struct error *err)
{
    struct graph graph;
    size_t count = 0;
    if (!graph_open(json, &graph, err))
        return false;
    struct model_tensor *tensors =
        calloc((size_t)cJSON_GetArraySize(graph.arg_nodes) + 1, sizeof(*tensors));
    if (!tensors)
        return error_no_memory(err, "inputs", sizeof(*tensors));
    if (!read_inputs(&graph, params, tensors, &count, err)) {
        model_tensors_free(tensors, count);
        return false;
    }
    *ret_tensors = tensors;
    *ret_count = count;
    return true;
}

bool model_graph_inputs(const char *dir, const char *model_name, struct model_tensor **ret_tensors,
                        size_t *ret_count, struct error *err)
{
    cJSON *json = NULL;
    struct params params = {0};
    bool good =
        load_params(dir, model_name, &params, err) && model_graph_load(dir, model_name, &json, err);
    if (good && !read_graph(json, &params, ret_tensors, ret_count, err))
        good = error_wrap(err, "executor-config/graph");
    cJSON_Delete(json);
    free(params.data);
    return good;
}
