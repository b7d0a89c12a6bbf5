/* Sizes of what the C runtime in guest/crt allocates. test_heap_need holds them against the runtime
 * on boards of both widths. */
#ifndef MICROTVM_QEMU_MEMORY_RUNTIME_SIZES_H
#define MICROTVM_QEMU_MEMORY_RUNTIME_SIZES_H

#include <stdint.h>

/* Those that hang on the width of the board's pointers. */
struct runtime_sizes {
    uint64_t pointer_bytes;
    uint64_t tensor_bytes; /* DLTensor */
    uint64_t array_bytes;  /* TVMNDArray */
    uint64_t region_bytes; /* what is noted of memory in use: struct memory_region */
    uint64_t aot_executor_bytes;
    uint64_t graph_executor_bytes;
    uint64_t storage_bytes;
    uint64_t input_bytes;
    uint64_t operator_bytes;
};

static const struct runtime_sizes RUNTIME_SIZES_32 = {4, 40, 48, 20, 32, 72, 12, 12, 12};
static const struct runtime_sizes RUNTIME_SIZES_64 = {8, 48, 56, 40, 40, 136, 24, 16, 24};

static inline const struct runtime_sizes *runtime_sizes(uint64_t pointer_bytes)
{
    return pointer_bytes == RUNTIME_SIZES_64.pointer_bytes ? &RUNTIME_SIZES_64 : &RUNTIME_SIZES_32;
}

enum {
    /* When it starts: its table of functions, and for as many arguments of a call as may be: a
     * tensor, a value, a type code. */
    RUNTIME_FUNCTIONS_BYTES = 1024, /* TVM_CRT_GLOBAL_FUNC_REGISTRY_SIZE_BYTES */
    RUNTIME_ARGUMENTS = 16,

    RUNTIME_ARGUMENT_BYTES = 8 + 4, /* value and type code */

    /* Of the graph executor of TVM 0.8 to 0.18, with the limits of guest/crt_config, without its
     * pointers. For each node, operator or not: four arrays of TVMGraphExecutorNode, and
     * TVMPackedFunc. */
    TVM_NODE_BYTES = 16 + 120 + 120 + 4 * 20,
    TVM_PACKED_FUNCTION_BYTES = 200 + 2 * 32 * (8 + 4),

    /* In the packet that creates the executor, the graph comes with so much: the packet's and the
     * session's headers; code, function, five numbers; four types; a length and three numbers. */
    RUNTIME_GRAPH_CALL_BYTES = 11 + 4 + 8 + 4 + 4 * 4 + 8 + 3 * 8,
};

#endif
