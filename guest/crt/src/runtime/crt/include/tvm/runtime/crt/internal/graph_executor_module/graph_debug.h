/* What TVM's debug executor adds to the graph executor's module, for the client of
 * tvm.contrib.debugger.debug_executor (TVM 0.9 to 0.18): nodes one by one, their times and their
 * outputs. In a firmware that was built with CRT_GRAPH_EXECUTOR_DEBUG alone. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_MODULE_GRAPH_DEBUG_H_
#define TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_MODULE_GRAPH_DEBUG_H_

#include <tvm/runtime/crt/internal/common/module_call.h>
#include <tvm/runtime/crt/internal/graph_executor/graph_executor.h>

/* From now on these functions are for this executor, which was loaded from that text and outlives
 * that, until graph_debug_end. Returns 0, or an error code with text. */
int graph_debug_begin(TVMGraphExecutor *executor, const char *text, size_t size_bytes);
/* Again is fine. */
void graph_debug_end(void);

/* (number, repeat, min_repeat_ms, limit_zero_time_iterations, cooldown_interval_ms,
 * repeats_to_cooldown): bytes, the number of nodes as int64_t, then for each the mean seconds of a
 * call in each repetition, as doubles; 0 for a node that calls nothing. */
int graph_debug_run_individual(const struct module_call *call);
/* (node, and the same): bytes, the doubles of one node. */
int graph_debug_run_individual_node(const struct module_call *call);
/* (node): all up to it that has not run yet; from the beginning for one that has. */
int graph_debug_execute_node(const struct module_call *call);
/* (node, output), of the node that was executed last: a new array, the client's. */
int graph_debug_get_node_output(const struct module_call *call);
/* (node), (node, tensor to copy to): runs up to it; a new array, the client's, or the copy. */
int graph_debug_get_output(const struct module_call *call);
/* Refused, with what to call instead. */
int graph_debug_profile(const struct module_call *call);

#endif // TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_MODULE_GRAPH_DEBUG_H_
