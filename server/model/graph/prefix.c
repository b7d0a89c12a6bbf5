#include "model/graph/prefix.h"

#include "base/cleanup.h"
#include "model/graph/read.h"

#include <stdlib.h>
#include <string.h>

static void delete_json(cJSON **json)
{
    cJSON_Delete(*json);
}

#define cleanup_json __attribute__((cleanup(delete_json)))

static bool is_operator(const cJSON *node)
{
    const cJSON *op = cJSON_GetObjectItemCaseSensitive(node, "op");
    return cJSON_IsString(op) && strcmp(op->valuestring, "null") != 0;
}

static bool parse(const char *text, cJSON **ret_json, struct graph *graph, struct error *err)
{
    cJSON *json = cJSON_Parse(text);
    if (!json)
        return error_set(err, ERROR_MODEL, 0, "the graph: not JSON");
    if (!graph_open(json, graph, err)) {
        cJSON_Delete(json);
        return false;
    }
    *ret_json = json;
    return true;
}

bool graph_prefix_count(const char *text, size_t *ret_count, struct error *err)
{
    cleanup_json cJSON *json = NULL;
    struct graph graph;
    const cJSON *node = NULL;
    size_t count = 0;
    if (!parse(text, &json, &graph, err))
        return false;
    cJSON_ArrayForEach(node, graph.nodes)
    {
        count += is_operator(node);
    }
    *ret_count = count;
    return true;
}

static int row_of(const struct graph *graph, int node)
{
    const cJSON *row = cJSON_GetArrayItem(graph->row_ptr, node);
    return cJSON_IsNumber(row) ? row->valueint : -1;
}

static bool append(cJSON *array, cJSON *item)
{
    if (item && cJSON_AddItemToArray(array, item))
        return true;
    cJSON_Delete(item);
    return false;
}

/* What comes later becomes a node that does nothing: numbers, places in memory and parameters that
 * are linked by them stay as they are. */
static bool silence(cJSON *node)
{
    cJSON_DeleteItemFromObjectCaseSensitive(node, "attrs");
    cJSON_DeleteItemFromObjectCaseSensitive(node, "inputs");
    cJSON_DeleteItemFromObjectCaseSensitive(node, "op");
    return cJSON_AddStringToObject(node, "op", "null") && cJSON_AddArrayToObject(node, "inputs");
}

static bool cut(cJSON *json, const struct graph *graph, int last)
{
    int number = 0;
    cJSON *node = NULL;
    cJSON_ArrayForEach(node, graph->nodes)
    {
        if (number++ > last && is_operator(node) && !silence(node))
            return false;
    }
    int results = row_of(graph, last + 1) - row_of(graph, last);
    cJSON_DeleteItemFromObjectCaseSensitive(json, "heads");
    cJSON *heads = cJSON_AddArrayToObject(json, "heads");
    for (int i = 0; heads && i < results && i < GRAPH_NODES_MAX; i++) {
        const int head[] = {last, i, 0};
        if (!append(heads, cJSON_CreateIntArray(head, sizeof(head) / sizeof(head[0]))))
            return false;
    }
    return heads && results > 0;
}

/* The node that is operator number INDEX; -1: there are fewer. */
static int find_operator(const struct graph *graph, size_t index)
{
    int number = 0;
    const cJSON *node = NULL;
    cJSON_ArrayForEach(node, graph->nodes)
    {
        if (is_operator(node) && index-- == 0)
            return number;
        number++;
    }
    return -1;
}

bool graph_prefix(const char *text, size_t index, char **ret_text, char **ret_name,
                  struct error *err)
{
    cleanup_json cJSON *json = NULL;
    struct graph graph;
    if (!parse(text, &json, &graph, err))
        return false;
    int last = find_operator(&graph, index);
    const cJSON *attrs =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(graph.nodes, last), "attrs");
    const cJSON *function = cJSON_GetObjectItemCaseSensitive(attrs, "func_name");
    if (last < 0 || !cJSON_IsString(function))
        return error_set(err, ERROR_MODEL, 0, "the graph: operator %zu has no func_name", index);
    cleanup_free char *name = strdup(function->valuestring);
    cleanup_free char *made = cut(json, &graph, last) ? cJSON_PrintUnformatted(json) : NULL;
    if (!made || !name)
        return error_set(err, ERROR_MODEL, 0,
                         "the graph up to operator %zu (%s): it is malformed, or memory ran out",
                         index, name ? name : "");
    *ret_text = steal_pointer(made);
    *ret_name = steal_pointer(name);
    return true;
}
