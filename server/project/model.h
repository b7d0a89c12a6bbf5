/* What a model archive's metadata.json says (TVM's python/tvm/micro/model_library_format.py
 * writes it). Sizes are bytes as the compiler counted them; shapes are not in there, the firmware
 * knows them. */
#ifndef MICROTVM_QEMU_PROJECT_MODEL_H
#define MICROTVM_QEMU_PROJECT_MODEL_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model_tensor {
    char *name;
    char *dtype;         /* "float32"; NULL where an old archive does not say */
    uint64_t size_bytes; /* 0 where an old archive does not say */
};

struct model {
    char *name;     /* module name: "default" */
    char *executor; /* "aot", "graph", or "operator": single functions, as AutoTVM sends them */
    int version;    /* metadata version */
    struct model_tensor *inputs; /* in the order of the compiled function's arguments */
    size_t inputs_count;
    struct model_tensor *outputs; /* likewise: output2 before output10 */
    size_t outputs_count;
    uint64_t workspace_size_bytes; /* metadata's figure for the main function */
    uint64_t constants_size_bytes;
    uint64_t io_size_bytes;
    bool workspace_on_heap; /* generated code calls TVMBackendAllocWorkspace (else it is static) */
    bool c_interface;       /* codegen/host/include/tvmgen_NAME.h is there */
    bool system_lib;        /* it can be reached over RPC: Runtime("crt", {"system-lib": True}) */
};

/* From an unpacked archive. Errors: ERROR_MODEL: metadata.json missing, not JSON, of an unknown
 * version (says which are known), no code in it, several models, an executor we cannot run;
 * ERROR_SYSTEM. */
bool model_load_dir(const char *dir, struct model *ret_model, struct error *err);
/* Safe on a zeroed struct and twice. */
void model_dispose(struct model *model);
void model_tensors_free(struct model_tensor *tensors, size_t count);

#endif
