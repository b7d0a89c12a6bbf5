/* The operators of a graph: which function, on which entries. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_OPERATORS_H_
#define TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_OPERATORS_H_

#include <tvm/runtime/crt/internal/graph_executor/graph_reader.h>

/* Appends to the executor's operators, where there is room. Returns 0, or an error code with
 * text. */
int graph_load_operator(const struct graph_loader *loader, const struct graph_node *node);

#endif // TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_OPERATORS_H_
