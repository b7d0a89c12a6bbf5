/* What the parts of a graph's text have in common: members, nodes, references to entries. All
 * functions return 0, or an error code with text. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_READER_H_
#define TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_READER_H_

#include <tvm/runtime/crt/internal/graph_executor/graph.h>
#include <tvm/runtime/crt/internal/graph_executor/load_json.h>

enum { GRAPH_WORD_SIZE = 12 }; /* of a short word: "tvm_op", "null", a number */

enum graph_member {
    GRAPH_NODES,
    GRAPH_ARG_NODES,
    GRAPH_HEADS,
    GRAPH_ATTRS,
    GRAPH_NODE_ROW_PTR,
    GRAPH_MEMBERS
};

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

/* Where each of GRAPH_MEMBERS begins. Errors: not a graph, one that is missing. */
int graph_find_members(const char *text, size_t size_bytes, struct json_reader *ret_members);

/* A string that fits into the buffer; the reader stays where it is. */
int graph_read_word(struct json_reader reader, char *buffer, size_t size_bytes);

/* From the member GRAPH_NODE_ROW_PTR, for the loader's num_nodes and its executor's entries: rows,
 * which the caller frees, also after an error. */
int graph_load_rows(struct graph_loader *loader, struct json_reader reader);
/* The same of a graph that was loaded: num_nodes and rows. */
int graph_read_rows(struct graph_loader *loader, const char *text, size_t size_bytes);

/* [node, index, version], of which the last may be missing; of a node before limit. */
int graph_read_entry(const struct graph_loader *loader, struct json_reader *reader, uint32_t limit,
                     uint32_t *ret_entry);

#endif // TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_READER_H_
