/* A graph as its client has it, beside the functions of TVM's graph executor. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_EXECUTOR_H_
#define TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_EXECUTOR_H_

#include <tvm/runtime/crt/internal/graph_executor/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As TVMGraphExecutor_Create, without a NUL at the end. */
int graph_create(const char *text, size_t size_bytes, TVMModuleHandle module_handle,
                 TVMGraphExecutor **executor);

/* What its function is called with: executor->values and type_codes. */
void graph_set_arguments(TVMGraphExecutor *executor, const struct graph_operator *operator_);
int graph_run_operator(TVMGraphExecutor *executor, const struct graph_operator *operator_);

#ifdef __cplusplus
}
#endif

#endif // TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_EXECUTOR_H_
