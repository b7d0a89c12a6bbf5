#include "project/linked_params.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/graph/parameters.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT_BYTES = 16 };

bool linked_params_wanted(const struct manifest *manifest)
{
    const struct model *model = &manifest->model;
    int graphs = 0;
    for (size_t i = 0; i < model->modules_count; i++)
        graphs += strcmp(model->modules[i].executor, "graph") == 0;
    return manifest->settings.link_parameters && graphs == 1 &&
           strcmp(model->executor, "graph") == 0 && !model->linked_params;
}

/* Assembler for any of our boards. The table has a parameter's storage and where its data is,
 * counted from the first one's; guest/platform/linked_params.c reads it. */
static void print_text(FILE *out, const char *model_name, const struct graph_parameter *parameters,
                       size_t count)
{
    fprintf(out, "/* Made by microtvm-qemu: the option link_parameters. */\n"
                 "    .section .constants.linked_params,\"a\"\n"
                 "    .balign 16\n"
                 "    .global linked_params_data\n"
                 "linked_params_data:\n");
    for (size_t i = 0; i < count; i++)
        fprintf(out,
                ".Lparameter_%zu:\n"
                "    .incbin \"model/parameters/%s.params\", %zu, %zu\n"
                "    .balign %d\n",
                i, model_name, parameters[i].offset_bytes, parameters[i].size_bytes,
                ALIGNMENT_BYTES);
    fprintf(out, "    .global linked_params\nlinked_params:\n");
    for (size_t i = 0; i < count; i++)
        fprintf(out, "    .4byte %u, .Lparameter_%zu - linked_params_data\n", parameters[i].storage,
                i);
    fprintf(out, "    .global linked_params_end\nlinked_params_end:\n    .4byte 0\n");
}

static bool write_file(const char *path, const char *model_name,
                       const struct graph_parameter *parameters, size_t count, struct error *err)
{
    cleanup_free char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out)
        print_text(out, model_name, parameters, count);
    if (!out || fclose(out) != 0)
        return error_no_memory(err, "linked parameters", size);
    return file_write_if_new(path, text, err);
}

static bool remove_file(const char *path, struct error *err)
{
    return unlink(path) == 0 || errno == ENOENT || error_set(err, ERROR_SYSTEM, errno, "%s", path);
}

bool linked_params_write(const char *project_dir, const struct manifest *manifest,
                         struct error *err)
{
    cleanup_free char *path = file_path("%s/" LINKED_PARAMS_FILE, project_dir);
    cleanup_free char *model_dir = file_path("%s/model", project_dir);
    cleanup_free struct graph_parameter *parameters = NULL;
    size_t count = 0;
    if (!path || !model_dir)
        return error_no_memory(err, "a path", strlen(project_dir));
    if (linked_params_wanted(manifest) &&
        !model_parameters_find(model_dir, manifest->model.name, &parameters, &count, err))
        return false;
    return count > 0 ? write_file(path, manifest->model.name, parameters, count, err)
                     : remove_file(path, err);
}
