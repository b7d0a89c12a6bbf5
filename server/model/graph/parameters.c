#include "model/graph/parameters.h"

#include "model/graph/graph.h"
#include "model/graph/params_file.h"
#include "model/graph/read.h"

#include <stdlib.h>
#include <string.h>

/* Lists of the graph as arrays: cJSON's would be gone through from the beginning for each element.
 */
struct plan {
    int *rows;  /* of each node and one more: its first entry */
    int *store; /* of each entry: its storage */
    int nodes;
    int entries;
    bool *is_parameter; /* of each storage; there are no more of them than entries */
};

static bool read_ints(const cJSON *array, int **ret_values, int *ret_count, struct error *err)
{
    int count = cJSON_GetArraySize(array);
    int *values = calloc((size_t)count + 1, sizeof(*values));
    const cJSON *item = NULL;
    int i = 0;
    if (!values)
        return error_no_memory(err, "a graph", (size_t)count * sizeof(*values));
    cJSON_ArrayForEach(item, array) values[i++] = cJSON_IsNumber(item) ? item->valueint : -1;
    *ret_values = values;
    *ret_count = count;
    return true;
}

/* Every index that is used later is one that exists. */
static bool check_plan(const struct plan *plan, int rows, struct error *err)
{
    bool good = rows == plan->nodes + 1;
    for (int i = 0; good && i < plan->nodes; i++)
        good = plan->rows[i] >= 0 && plan->rows[i] < plan->rows[i + 1];
    good = good && plan->rows[plan->nodes] == plan->entries;
    for (int i = 0; good && i < plan->entries; i++)
        good = plan->store[i] >= 0 && plan->store[i] < plan->entries;
    return good || error_set(err, ERROR_MODEL, 0,
                             "node_row_ptr or attrs.storage_id do not fit the other lists");
}

static bool open_plan(const cJSON *json, const struct graph *graph, struct plan *plan,
                      struct error *err)
{
    int rows = 0;
    const cJSON *storage = graph_attribute(json, "storage_id");
    plan->nodes = cJSON_GetArraySize(graph->nodes);
    if (!read_ints(graph->row_ptr, &plan->rows, &rows, err) ||
        !read_ints(storage, &plan->store, &plan->entries, err) || !check_plan(plan, rows, err))
        return false;
    plan->is_parameter = calloc((size_t)plan->entries + 1, sizeof(*plan->is_parameter));
    return plan->is_parameter || error_no_memory(err, "a graph", (size_t)plan->entries);
}

static void plan_dispose(struct plan *plan)
{
    free(plan->rows);
    free(plan->store);
    free(plan->is_parameter);
}

static const char *text_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static bool is_input(const cJSON *node)
{
    return strcmp(text_of(node, "op"), "null") == 0;
}

/* An operator that only gives its input another shape, in the same place mostly. */
static bool is_view(const cJSON *node)
{
    const cJSON *attrs = cJSON_GetObjectItemCaseSensitive(node, "attrs");
    return strcmp(text_of(attrs, "func_name"), "__nop") == 0;
}

static bool take_parameter(const struct graph *graph, struct plan *plan, int node, const char *name,
                           const struct params_entry *entry, struct graph_parameter *ret_parameter,
                           struct error *err)
{
    uint64_t size_bytes = 0;
    int row = plan->rows[node];
    int storage = plan->store[row];
    const cJSON *shape = cJSON_GetArrayItem(graph->shapes, row);
    const cJSON *dtype = cJSON_GetArrayItem(graph->dtypes, row);
    if (!cJSON_IsArray(shape) || !cJSON_IsString(dtype) ||
        !graph_tensor_size(shape, dtype->valuestring, &size_bytes) ||
        size_bytes != entry->size_bytes)
        return error_set(err, ERROR_MODEL, 0,
                         "parameter \"%.100s\" has %zu bytes, the graph has another size", name,
                         entry->size_bytes);
    if (plan->is_parameter[storage])
        return error_set(err, ERROR_MODEL, 0, "parameter \"%.100s\" lies where another one does",
                         name);
    plan->is_parameter[storage] = true;
    *ret_parameter = (struct graph_parameter){
        .storage = (uint32_t)storage,
        .offset_bytes = entry->offset_bytes,
        .size_bytes = entry->size_bytes,
    };
    return true;
}

static bool take_parameters(const struct graph *graph, struct plan *plan,
                            const struct params_file *params, struct graph_parameter *parameters,
                            size_t *ret_count, struct error *err)
{
    const cJSON *node = NULL;
    int index = 0;
    size_t count = 0;
    cJSON_ArrayForEach(node, graph->nodes)
    {
        const char *name = text_of(node, "name");
        const struct params_entry *entry = is_input(node) ? params_file_find(params, name) : NULL;
        if (entry && count == params->count)
            return error_set(err, ERROR_MODEL, 0, "two nodes are called \"%.100s\"", name);
        if (entry && !take_parameter(graph, plan, index, name, entry, &parameters[count++], err))
            return false;
        index++;
    }
    *ret_count = count;
    return true;
}

/* What is linked in is read only. TVM gives a parameter's storage to nothing else. */
static bool check_writers(const struct graph *graph, const struct plan *plan,
                          const struct params_file *params, struct error *err)
{
    const cJSON *node = NULL;
    int index = 0;
    cJSON_ArrayForEach(node, graph->nodes)
    {
        const char *name = text_of(node, "name");
        bool reads = is_view(node) || (is_input(node) && params_file_find(params, name));
        for (int entry = plan->rows[index]; !reads && entry < plan->rows[index + 1]; entry++)
            if (plan->is_parameter[plan->store[entry]])
                return error_set(err, ERROR_MODEL, 0, "node \"%.100s\" lies where a parameter does",
                                 name);
        index++;
    }
    return true;
}

static bool find_in(const cJSON *json, const struct params_file *params,
                    struct graph_parameter *parameters, size_t *ret_count, struct error *err)
{
    struct graph graph;
    struct plan plan = {.rows = NULL};
    bool good = graph_open(json, &graph, err) && open_plan(json, &graph, &plan, err) &&
                take_parameters(&graph, &plan, params, parameters, ret_count, err) &&
                check_writers(&graph, &plan, params, err);
    plan_dispose(&plan);
    return good || error_wrap(err, "executor-config/graph");
}

bool model_parameters_find(const char *dir, const char *model_name,
                           struct graph_parameter **ret_parameters, size_t *ret_count,
                           struct error *err)
{
    struct params_file params;
    cJSON *json = NULL;
    size_t count = 0;
    if (!params_file_load(dir, model_name, &params, err))
        return false;
    struct graph_parameter *parameters = calloc(params.count + 1, sizeof(*parameters));
    bool good = parameters ? model_graph_load(dir, model_name, &json, err) &&
                                 find_in(json, &params, parameters, &count, err)
                           : error_no_memory(err, "parameters", params.count);
    cJSON_Delete(json);
    params_file_dispose(&params);
    if (!good) {
        free(parameters);
        return false;
    }
    *ret_parameters = parameters;
    *ret_count = count;
    return true;
}
