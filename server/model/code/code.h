/* What a model's generated sources tell that metadata.json does not: which runtime services they
 * call, and in which order the compiled function takes its tensors (metadata.json sorts them by
 * name). */
#ifndef MICROTVM_QEMU_MODEL_CODE_CODE_H
#define MICROTVM_QEMU_MODEL_CODE_CODE_H

#include "base/error.h"
#include "model/code/main_function.h"
#include "model/order/claims.h"

#include <stdbool.h>
#include <stddef.h>

struct model_code {
    bool has_code;          /* at least one source or object file */
    bool has_objects;       /* codegen/host/lib: compiled already, so not looked into */
    bool has_system_lib;    /* TVMSystemLibEntryPoint */
    bool has_c_metadata;    /* a function get_c_metadata */
    bool has_linked_params; /* a function _lookup_linked_param: TVM 0.8 and 0.9 linked them */
    bool has_c_interface;   /* codegen/host/include/tvmgen_*.h */
    bool needs_half;        /* uses a type "half" (float16) that it does not define */
    struct claims claims;
    struct main_function main; /* of the AOT executor */
};

/* Look through DIR/codegen/host. Folders that are missing are empty. Where several models share it,
 * module is the one that is meant (else NULL): has_objects and needs_half are of all, the rest
 * of this one. Errors: ERROR_SYSTEM; ERROR_MODEL (a source over 1 GiB; code that does
 * not compile because of how TVM was called, with what to do). On success the caller disposes of
 * it. */
bool model_code_scan(const char *dir, const char *module, struct model_code *ret_code,
                     struct error *err);
void model_code_dispose(struct model_code *code);

#endif
