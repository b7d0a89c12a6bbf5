#include "model/graph/files.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/graph/graph.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const size_t PARAMS_MAX_BYTES = 1024UL * 1024 * 1024;

static bool is_one_of(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

static void keep_members(cJSON *object, const char *const *names)
{
    cJSON *next = NULL;
    for (cJSON *item = cJSON_IsObject(object) ? object->child : NULL; item; item = next) {
        next = item->next;
        if (!is_one_of(names, item->string))
            cJSON_Delete(cJSON_DetachItemViaPointer(object, item));
    }
}

/* A board's packets are small and its memory too: layouts, hashes and devices are left out, and the
 * names of operators, which have their functions' names beside them. */
static bool shorten(cJSON *json)
{
    static const char *const graph_members[] = {"nodes", "arg_nodes",    "heads",
                                                "attrs", "node_row_ptr", NULL};
    static const char *const attrs[] = {"dltype", "storage_id", "shape", NULL};
    static const char *const node_members[] = {"op", "name", "attrs", "inputs", NULL};
    static const char *const operator_attrs[] = {"func_name", "num_inputs", "num_outputs",
                                                 "flatten_data", NULL};
    cJSON *node = NULL;
    keep_members(json, graph_members);
    keep_members(cJSON_GetObjectItemCaseSensitive(json, "attrs"), attrs);
    cJSON_ArrayForEach(node, cJSON_GetObjectItemCaseSensitive(json, "nodes"))
    {
        const cJSON *op = cJSON_GetObjectItemCaseSensitive(node, "op");
        cJSON *name = cJSON_GetObjectItemCaseSensitive(node, "name");
        keep_members(node, node_members);
        keep_members(cJSON_GetObjectItemCaseSensitive(node, "attrs"), operator_attrs);
        if (cJSON_IsString(op) && strcmp(op->valuestring, "tvm_op") == 0 && cJSON_IsString(name) &&
            !cJSON_SetValuestring(name, ""))
            return false;
    }
    return true;
}

bool graph_files_text(const char *dir, const char *model_name, char **ret_text, struct error *err)
{
    cJSON *json = NULL;
    if (!model_graph_load(dir, model_name, &json, err))
        return false;
    char *text = shorten(json) ? cJSON_PrintUnformatted(json) : NULL;
    cJSON_Delete(json);
    if (!text)
        return error_no_memory(err, "the graph", 0);
    *ret_text = text;
    return true;
}

static bool load_params(const char *dir, const char *model_name, struct graph_files *files,
                        struct error *err)
{
    cleanup_free char *path = file_path("%s/parameters/%s.params", dir, model_name);
    if (!path)
        return error_no_memory(err, "a path", strlen(dir));
    return access(path, F_OK) != 0 ||
           file_read(path, PARAMS_MAX_BYTES, &files->params, &files->params_size_bytes, err);
}

bool graph_files_load(const char *dir, const char *model_name, struct graph_files *ret_files,
                      struct error *err)
{
    struct graph_files files = {.text = NULL};
    if (!graph_files_text(dir, model_name, &files.text, err) ||
        !load_params(dir, model_name, &files, err)) {
        graph_files_dispose(&files);
        return false;
    }
    *ret_files = files;
    return true;
}

void graph_files_dispose(struct graph_files *files)
{
    free(files->text);
    free(files->params);
    *files = (struct graph_files){.text = NULL};
}
