/* A graph that was loaded.
 *
 * A graph is a list of nodes: inputs, and operators that call a function. Each node has one or more
 * entries, its results, which are numbered through. An entry is a tensor in a storage, which it
 * shares with entries that are not needed at the same time. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_H_
#define TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_H_

#include <stdbool.h>
#include <tvm/runtime/crt/graph_executor.h>

#ifdef __cplusplus
extern "C" {
#endif

struct graph_input {
    char *name;
    uint32_t node;
    uint32_t entry;
};

struct graph_operator {
    TVMFunctionHandle func; /* NULL: the output is the input, in another shape */
    uint32_t *args;         /* entries: inputs, then outputs */
    uint32_t num_args;
};

struct graph_storage {
    void *data;
    size_t size_bytes;
    bool linked; /* belongs to the module, and may be read only */
};

struct TVMGraphExecutor {
    TVMModuleHandle module_handle;
    DLDevice device;
    DLTensor *entries;
    uint32_t *storage_ids; /* of each entry */
    int64_t *shapes;       /* of all entries */
    uint32_t num_entries;
    struct graph_storage *storages;
    uint32_t num_storages;
    struct graph_input *inputs;
    uint32_t num_inputs;
    struct graph_operator *operators; /* in the order in which they run */
    uint32_t num_operators;
    uint32_t *outputs; /* entries */
    uint32_t num_outputs;
    TVMValue *values; /* of the operator with the most arguments */
    int *type_codes;
    uint32_t max_args;
};

/* May the executor's client write to this entry? (With text.) */
int graph_check_writable(const TVMGraphExecutor *executor, uint32_t entry, const char *name);

/* Zeroed memory for count things; one byte at least. */
int graph_allocate(size_t count, size_t each_bytes, const char *what, void **ret_memory);

/* -1 when there is none. name need not end with NUL. */
int graph_find_input(const TVMGraphExecutor *executor, const char *name, size_t length);

#ifdef __cplusplus
}
#endif

#endif // TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_GRAPH_H_
