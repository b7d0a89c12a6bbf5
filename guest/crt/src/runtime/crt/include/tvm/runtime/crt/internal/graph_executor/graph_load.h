/* A graph from its text: what was made of it by this or that part is put together here. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_LOAD_H_
#define TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_LOAD_H_

#include <tvm/runtime/crt/internal/graph_executor/graph.h>

/* Fill in a zeroed executor. What was made stays in it after an error, which has a text. */
int graph_load(TVMGraphExecutor *executor, const char *text, size_t size_bytes);

#endif // TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_LOAD_H_
