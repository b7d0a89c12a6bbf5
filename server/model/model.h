/* What a model archive's metadata.json says (TVM's python/tvm/micro/model_library_format.py
 * writes it). Sizes are bytes as the compiler counted them; shapes are not in there: the firmware
 * knows them, or the model's text. */
#ifndef MICROTVM_QEMU_MODEL_MODEL_H
#define MICROTVM_QEMU_MODEL_MODEL_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODEL_TENSOR_MAX_NDIM = 8 };

struct model_tensor {
    char *name;
    char *dtype;         /* "float32"; NULL where an old archive does not say */
    uint64_t size_bytes; /* 0 where an old archive does not say */
    bool has_shape;      /* shapes.h */
    int ndim;
    int64_t shape[MODEL_TENSOR_MAX_NDIM];
    bool unwritten; /* an output that AOT's code never writes: of a tensor returned twice */
};

/* One of the models in an archive. */
struct model_module {
    char *name;
    char *executor; /* as in struct model */
};

struct model {
    char *name;        /* module name: "default" */
    char *executor;    /* "aot", "graph", or "operator": single functions, as AutoTVM sends them */
    int version;       /* metadata version */
    char *tvm_version; /* that exported it, "0.16.dev0"; NULL: the archive does not say */
    struct model_tensor *inputs; /* in the order of the compiled function's arguments */
    size_t inputs_count;
    struct model_tensor *outputs; /* likewise: output2 before output10 */
    size_t outputs_count;
    char *inputs_note;      /* why inputs are called by their number; NULL: none is */
    char *outputs_note;     /* likewise */
    uint64_t io_size_bytes; /* of single functions: the tensors of the one that has most */
    bool c_interface;       /* codegen/host/include/tvmgen_NAME.h is there */
    bool system_lib;        /* it can be reached over RPC: Runtime("crt", {"system-lib": True}) */
    bool linked_params;     /* its code holds a graph's parameters, as TVM 0.8 and 0.9 link them */
    bool c_metadata;        /* code tells of its tensors; TVM 0.8's did not, so no AOT over RPC */
    bool needs_half;        /* code has a type "half", for float16, that C does not know */
    struct model_module *modules; /* all models of the archive; the fields above are of one */
    size_t modules_count;
};

/* Are two names of tensors the same in C, where TVM writes '_' for what is no letter or digit? */
bool model_names_match(const char *a, const char *b);

/* From an unpacked archive: the model that is called module, or with NULL the first. Errors:
 * ERROR_MODEL: metadata.json missing, not JSON, of an unknown version (says which are known), no
 * code in it, an executor we cannot run; ERROR_USAGE: no such module; ERROR_SYSTEM. */
bool model_load_dir(const char *dir, const char *module, struct model *ret_model,
                    struct error *err);
/* Safe on a zeroed struct and twice. */
void model_dispose(struct model *model);
void model_tensors_free(struct model_tensor *tensors, size_t count);

#endif
