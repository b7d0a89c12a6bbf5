/* Needed while a graph is loaded. All functions return 0, or an error code with text. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_LOAD_H_
#define TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_LOAD_H_

#include <tvm/runtime/crt/internal/graph_executor/graph_executor.h>

enum { GRAPH_WORD_SIZE = 12 }; /* of a short word: "tvm_op", "null", a number */

struct graph_loader {
    TVMGraphExecutor *executor;
    uint32_t *rows; /* the first entry of each node, and the number of all at the end */
    uint32_t num_nodes;
};

enum graph_node_member { NODE_OP, NODE_NAME, NODE_ATTRS, NODE_INPUTS, NODE_MEMBERS };

struct graph_node {
    struct json_reader members[NODE_MEMBERS]; /* the last two may be nowhere */
    uint32_t id;
};

/* A string that fits into the buffer; the reader stays where it is. */
int graph_read_word(struct json_reader reader, char *buffer, size_t size_bytes);

/* [node, index, version], of which the last may be missing; of a node before limit. */
int graph_read_entry(const struct graph_loader *loader, struct json_reader *reader, uint32_t limit,
                     uint32_t *ret_entry);

/* Of a graph that was loaded: num_nodes and rows, which the caller frees, also after an error. */
int graph_read_rows(struct graph_loader *loader, const char *text, size_t size_bytes);

/* Appends to the executor's operators, where there is room. */
int graph_load_operator(const struct graph_loader *loader, const struct graph_node *node);

#endif // TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_LOAD_H_
