/* The files of a graph executor's model, as a board's graph executor is sent them. */
#ifndef MICROTVM_QEMU_MODEL_GRAPH_FILES_H
#define MICROTVM_QEMU_MODEL_GRAPH_FILES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct graph_files {
    char *text;   /* the graph's JSON, without what an executor does not look at */
    char *params; /* parameters/NAME.params; NULL: there is none */
    size_t params_size_bytes;
};

/* From an unpacked archive. Errors: ERROR_MODEL (no graph, or malformed), ERROR_SYSTEM. On success
 * the caller disposes of it. */
bool graph_files_load(const char *dir, const char *model_name, struct graph_files *ret_files,
                      struct error *err);
/* The text alone. Errors: likewise. The caller frees *ret_text. */
bool graph_files_text(const char *dir, const char *model_name, char **ret_text, struct error *err);
/* Safe on a zeroed struct and twice. */
void graph_files_dispose(struct graph_files *files);

#endif
