/* What a model's generated sources tell that metadata.json does not: which runtime services they
 * call, and in which order the compiled function takes its tensors (metadata.json sorts them by
 * name). */
#ifndef MICROTVM_QEMU_MODEL_CODE_H
#define MICROTVM_QEMU_MODEL_CODE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { TENSORS_MAX = 4096 }; /* inputs or outputs of a model */

struct name_list {
    char **items;
    size_t count;
};

struct model_code {
    bool has_code;            /* at least one source or object file */
    bool has_objects;         /* codegen/host/lib: compiled already, so not looked into */
    bool calls_workspace;     /* TVMBackendAllocWorkspace */
    bool has_system_lib;      /* TVMSystemLibEntryPoint */
    bool has_c_metadata;      /* a function get_c_metadata */
    bool has_linked_params;   /* a function _lookup_linked_param: TVM 0.8 and 0.9 linked them */
    bool has_c_interface;     /* codegen/host/include/tvmgen_*.h */
    struct name_list inputs;  /* in argument order; empty where no source says */
    struct name_list outputs; /* likewise */
};

/* Look through DIR/codegen/host. Folders that are missing are empty. Where several models share it,
 * module is the one that is meant (else NULL): calls_workspace and has_objects are of all, the rest
 * of this one. Errors: ERROR_SYSTEM, ERROR_MODEL (a source over 1 GiB). On success the caller
 * disposes of it. */
bool model_code_scan(const char *dir, const char *module, struct model_code *ret_code,
                     struct error *err);
void model_code_dispose(struct model_code *code);

/* Do two names mean the same tensor? Generated code writes '_' for what C does not allow. */
bool model_names_match(const char *a, const char *b);

/* Append a copy of length bytes. Errors: ERROR_INTERNAL (memory). */
bool name_list_add(struct name_list *list, const char *name, size_t length, struct error *err);
void name_list_dispose(struct name_list *list);

#endif
