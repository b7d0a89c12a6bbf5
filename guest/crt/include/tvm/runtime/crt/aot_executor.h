/* Runs a module that TVM's AOT executor compiled with packed functions. */
#ifndef TVM_RUNTIME_CRT_AOT_EXECUTOR_H_
#define TVM_RUNTIME_CRT_AOT_EXECUTOR_H_

#include <dlpack/dlpack.h>
#include <tvm/runtime/crt/internal/common/ndarray.h>
#include <tvm/runtime/metadata_types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct TVMMetadata TVMMetadata;

typedef struct TVMAotExecutor {
    const TVMMetadata *metadata;
    TVMModuleHandle module_handle;
    DLDevice device;
    TVMNDArray *args; /* inputs, outputs, pools */
    int64_t num_args;
} TVMAotExecutor;

/* module_name: "default". Errors (with text): the module has no metadata (compiled by a TVM that
 * wrote none, or for another executor), no memory. */
int TVMAotExecutor_Create(TVMModuleHandle module_handle, const DLDevice device,
                          TVMAotExecutor **executor, const char *module_name);
/* The tensors go too, whoever still refers to them. */
int TVMAotExecutor_Release(TVMAotExecutor *executor, const DLDevice device);

int TVMAotExecutor_GetNumInputs(TVMAotExecutor *executor);
int TVMAotExecutor_GetNumOutputs(TVMAotExecutor *executor);
/* Also by the name that the model has it under, `a:0` for the code's `a_0`. -1, with text, when
 * there is none of this name, or more than one. */
int TVMAotExecutor_GetInputIndex(TVMAotExecutor *executor, const char *name);
int TVMAotExecutor_GetOutputIndex(TVMAotExecutor *executor, const char *name);
/* -1, with text, when index is out of range. */
int TVMAotExecutor_GetInputName(TVMAotExecutor *executor, int index, const char **name);
int TVMAotExecutor_GetOutputName(TVMAotExecutor *executor, int index, const char **name);

/* Blocks until the model has run. */
int TVMAotExecutor_Run(TVMAotExecutor *executor);

#ifdef __cplusplus
}
#endif

#endif // TVM_RUNTIME_CRT_AOT_EXECUTOR_H_
