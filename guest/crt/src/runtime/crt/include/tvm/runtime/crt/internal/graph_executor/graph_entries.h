/* The entries of a graph, and the memory behind them. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_ENTRIES_H_
#define TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_ENTRIES_H_

#include <tvm/runtime/crt/internal/graph_executor/graph.h>
#include <tvm/runtime/crt/internal/graph_executor/load_json.h>

/* Entries and their storages, from the graph's object "attrs", into a zeroed executor. What was
 * made stays in it after an error, which has a text. */
int graph_load_entries(TVMGraphExecutor *executor, struct json_reader attrs);

#endif // TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_ENTRIES_H_
