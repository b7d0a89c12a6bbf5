#include "memory/graph_need.h"

#include "base/cleanup.h"
#include "memory/heap_block.h"
#include "model/graph/files.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* A graph while it is counted. */
struct counting {
    const struct generated *generated;
    const struct runtime_sizes *sizes;
    struct graph_need need;
    uint64_t *storages; /* sizes, by number */
    uint64_t storages_count;
    uint64_t entries_count;
    uint64_t nodes_count;
    uint64_t *outputs; /* how many each node has */
    uint64_t most_args;
};

static void add_block(uint64_t *sum, uint64_t count, uint64_t each_bytes)
{
    *sum = memory_sum(*sum, heap_block_bytes(memory_product(count, each_bytes)));
}

static uint64_t length_of(const cJSON *array)
{
    return (uint64_t)cJSON_GetArraySize(array);
}

/* attrs.KEY is ["list_...", [values]]. */
static const cJSON *first_of(const cJSON *json, const char *key)
{
    const cJSON *attrs = cJSON_GetObjectItemCaseSensitive(json, "attrs");
    const cJSON *pair = cJSON_GetObjectItemCaseSensitive(attrs, key);
    const cJSON *values = cJSON_IsArray(pair) ? cJSON_GetArrayItem(pair, 1) : NULL;
    return values && cJSON_IsArray(values) ? values->child : NULL;
}

static uint64_t whole_number(const cJSON *item)
{
    return cJSON_IsNumber(item) && item->valuedouble >= 0 &&
                   item->valuedouble < (double)MEMORY_MAX_BYTES
               ? (uint64_t)item->valuedouble
               : 0;
}

/* ---- tensors ---- */

/* "float32" takes 4; booleans a byte. */
static uint64_t element_bytes(const cJSON *dtype)
{
    const char *name = cJSON_IsString(dtype) ? dtype->valuestring : "";
    unsigned long bits = strtoul(name + strcspn(name, "0123456789"), NULL, 10);
    return bits > 8 && bits <= 1024 ? (bits + 7) / 8 : 1;
}

static uint64_t tensor_bytes(const cJSON *shape, const cJSON *dtype)
{
    uint64_t size_bytes = element_bytes(dtype);
    const cJSON *extent = NULL;
    cJSON_ArrayForEach(extent, shape) size_bytes = memory_product(size_bytes, whole_number(extent));
    return size_bytes;
}

static bool is_linked(const struct generated *generated, uint64_t storage)
{
    for (size_t i = 0; i < generated->linked_count; i++)
        if (generated->linked[i] == storage)
            return true;
    return false;
}

static void count_storages(struct counting *counting)
{
    for (uint64_t i = 0; i < counting->storages_count; i++) {
        if (is_linked(counting->generated, i)) {
            add_block(&counting->need.objects_bytes, 1, counting->sizes->region_bytes);
            continue;
        }
        add_block(&counting->need.storages_bytes, 1, counting->storages[i]);
        add_block(&counting->need.notes_bytes, 1, counting->sizes->region_bytes);
    }
}

static bool count_entries(struct counting *counting, const cJSON *json, struct error *err)
{
    const cJSON *shape = first_of(json, "shape");
    const cJSON *dtype = first_of(json, "dltype");
    const cJSON *id = first_of(json, "storage_id");
    uint64_t limit = 0;
    uint64_t dimensions = 0;
    for (const cJSON *at = id; at; at = at->next)
        limit++;
    counting->storages = calloc(limit + 1, sizeof(*counting->storages));
    if (!counting->storages)
        return error_no_memory(err, "storages", limit * sizeof(*counting->storages));
    for (; shape && dtype && id; shape = shape->next, dtype = dtype->next, id = id->next) {
        uint64_t storage = whole_number(id);
        uint64_t size_bytes = tensor_bytes(shape, dtype);
        uint64_t ndim = length_of(shape);
        dimensions += ndim;
        counting->entries_count++;
        if (ndim > counting->need.ndim_most)
            counting->need.ndim_most = (uint32_t)ndim;
        if (storage >= limit)
            continue;
        if (storage >= counting->storages_count)
            counting->storages_count = storage + 1;
        if (size_bytes > counting->storages[storage])
            counting->storages[storage] = size_bytes;
    }
    uint64_t *objects = &counting->need.objects_bytes;
    add_block(objects, counting->entries_count, counting->sizes->tensor_bytes);
    add_block(objects, counting->entries_count, sizeof(uint32_t));
    add_block(objects, dimensions, sizeof(int64_t));
    add_block(objects, counting->storages_count, counting->sizes->storage_bytes);
    count_storages(counting);
    return true;
}

/* ---- nodes ---- */

/* From the entries' numbers: where each node's begin, and how many there are. */
static bool count_outputs(struct counting *counting, const cJSON *json, struct error *err)
{
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(json, "node_row_ptr");
    const cJSON *row = rows ? rows->child : NULL;
    counting->outputs = calloc(counting->nodes_count + 1, sizeof(*counting->outputs));
    if (!counting->outputs)
        return error_no_memory(err, "nodes", counting->nodes_count * sizeof(*counting->outputs));
    for (uint64_t i = 0; row && row->next && i < counting->nodes_count; i++, row = row->next) {
        uint64_t from = whole_number(row);
        uint64_t to = whole_number(row->next);
        counting->outputs[i] = to > from && to <= counting->entries_count ? to - from : 0;
    }
    return true;
}

static void count_operator(struct counting *counting, const cJSON *node, uint64_t outputs)
{
    const cJSON *attrs = cJSON_GetObjectItemCaseSensitive(node, "attrs");
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(attrs, "func_name");
    uint64_t args = length_of(cJSON_GetObjectItemCaseSensitive(node, "inputs")) + outputs;
    add_block(&counting->need.objects_bytes, args, sizeof(uint32_t));
    if (args > counting->most_args)
        counting->most_args = args;
    if (!cJSON_IsString(name))
        return;
    uint64_t bytes = generated_workspace_bytes(counting->generated, name->valuestring);
    if (bytes > counting->need.workspace_bytes)
        counting->need.workspace_bytes = bytes;
}

static void count_nodes(struct counting *counting, const cJSON *nodes, const bool *is_input)
{
    uint64_t *objects = &counting->need.objects_bytes;
    const cJSON *node = NULL;
    uint64_t i = 0;
    cJSON_ArrayForEach(node, nodes)
    {
        const cJSON *op = cJSON_GetObjectItemCaseSensitive(node, "op");
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(node, "name");
        if (is_input[i] && cJSON_IsString(name))
            add_block(objects, strlen(name->valuestring) + 1, 1);
        if (cJSON_IsString(op) && strcmp(op->valuestring, "tvm_op") == 0)
            count_operator(counting, node, counting->outputs[i]);
        i++;
    }
    add_block(objects, counting->nodes_count, counting->sizes->operator_bytes);
    add_block(objects, counting->most_args, sizeof(int64_t));
    add_block(objects, counting->most_args, sizeof(int32_t));
    add_block(&counting->need.loading_bytes, counting->nodes_count + 1, sizeof(uint32_t));
}

static bool count_graph(struct counting *counting, const cJSON *json, struct error *err)
{
    const cJSON *nodes = cJSON_GetObjectItemCaseSensitive(json, "nodes");
    const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(json, "arg_nodes");
    const cJSON *heads = cJSON_GetObjectItemCaseSensitive(json, "heads");
    const cJSON *argument = NULL;
    counting->nodes_count = length_of(nodes);
    cleanup_free bool *is_input = calloc(counting->nodes_count + 1, sizeof(*is_input));
    if (!is_input)
        return error_no_memory(err, "nodes", counting->nodes_count);
    if (!count_entries(counting, json, err) || !count_outputs(counting, json, err))
        return false;
    cJSON_ArrayForEach(argument, arguments)
    {
        if (whole_number(argument) < counting->nodes_count)
            is_input[whole_number(argument)] = true;
    }
    count_nodes(counting, nodes, is_input);
    uint64_t *objects = &counting->need.objects_bytes;
    add_block(objects, 1, counting->sizes->graph_executor_bytes);
    add_block(objects, length_of(arguments), counting->sizes->input_bytes);
    add_block(objects, length_of(heads), sizeof(uint32_t));
    objects = &counting->need.tvm_objects_bytes;
    add_block(objects, counting->nodes_count, TVM_NODE_BYTES);
    add_block(objects, counting->nodes_count, TVM_PACKED_FUNCTION_BYTES);
    add_block(objects, counting->entries_count, counting->sizes->array_bytes);
    return true;
}

bool graph_need_read(const char *dir, const char *model_name, const struct generated *generated,
                     const struct runtime_sizes *sizes, uint64_t packet_bytes,
                     struct graph_need *ret_need, struct error *err)
{
    struct counting counting = {.generated = generated, .sizes = sizes};
    cleanup_free char *text = NULL;
    if (!graph_files_text(dir, model_name, &text, err))
        return false;
    cJSON *json = cJSON_Parse(text);
    if (!json)
        return error_no_memory(err, "the graph", strlen(text));
    if (RUNTIME_GRAPH_CALL_BYTES + strlen(text) > packet_bytes) {
        add_block(&counting.need.loading_bytes, 1, (strlen(text) + 7) / 8 * 8);
        add_block(&counting.need.loading_bytes, 1, sizes->region_bytes);
    }
    bool good = count_graph(&counting, json, err);
    cJSON_Delete(json);
    free(counting.storages);
    free(counting.outputs);
    if (good)
        *ret_need = counting.need;
    return good;
}
