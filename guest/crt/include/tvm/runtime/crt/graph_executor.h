/* Runs a module that TVM's graph executor compiled: a graph in JSON, whose nodes are functions. */
#ifndef TVM_RUNTIME_CRT_GRAPH_EXECUTOR_H_
#define TVM_RUNTIME_CRT_GRAPH_EXECUTOR_H_

#include <dlpack/dlpack.h>
#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/packed_func.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct TVMGraphExecutor TVMGraphExecutor;

/* All return 0, or an error code with text, unless said otherwise. */

/* sym_json is not needed afterwards; devices points at one, the CPU. Tensors share memory as the
 * graph plans it, except for parameters that are linked into the module: those stay where they are.
 * Errors: not a graph, a function that the module has not, no memory. */
int TVMGraphExecutor_Create(const char *sym_json, TVMModuleHandle module_handle,
                            const DLDevice *devices, TVMGraphExecutor **executor);
/* The tensors go too, whoever still refers to them. *executor becomes NULL. */
int TVMGraphExecutor_Release(TVMGraphExecutor **executor);

/* Parameters count as inputs. */
int TVMGraphExecutor_GetNumInputs(TVMGraphExecutor *executor);
int TVMGraphExecutor_GetNumOutputs(TVMGraphExecutor *executor);
/* -1, with text, when there is none of this name. */
int TVMGraphExecutor_GetInputIndex(TVMGraphExecutor *executor, const char *name);

/* Both copy. Errors: no such tensor, another size, an input that is linked. */
int TVMGraphExecutor_SetInput(TVMGraphExecutor *executor, const char *name, DLTensor *data_in);
int TVMGraphExecutor_GetOutput(TVMGraphExecutor *executor, const int32_t index, DLTensor *out);

/* What TVM's save_param_dict wrote. Parameters that the graph has not are passed over: they were
 * compiled into its functions. Errors: damaged, another shape or type, other values than those that
 * are linked; then some parameters may have been loaded. */
int TVMGraphExecutor_LoadParams(TVMGraphExecutor *executor, const char *param_blob,
                                const uint32_t param_size);

/* Blocks until all nodes have run, or one has failed. */
int TVMGraphExecutor_Run(TVMGraphExecutor *executor);

#ifdef __cplusplus
}
#endif

#endif // TVM_RUNTIME_CRT_GRAPH_EXECUTOR_H_
