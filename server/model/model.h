/* What a model archive's metadata.json says (TVM's python/tvm/micro/model_library_format.py
 * writes it). Sizes are bytes as the compiler counted them; shapes are not in there: the firmware
 * knows them, or the model's text. */
#ifndef MICROTVM_QEMU_MODEL_MODEL_H
#define MICROTVM_QEMU_MODEL_MODEL_H

#include "model/tensor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Safe on a zeroed struct and twice. */
void model_dispose(struct model *model);

#endif
