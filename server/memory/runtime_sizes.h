/* Sizes of what the C runtime in guest/crt allocates, on a board of 32 bits. */
#ifndef MICROTVM_QEMU_MEMORY_RUNTIME_SIZES_H
#define MICROTVM_QEMU_MEMORY_RUNTIME_SIZES_H

enum {
    /* When it starts: its table of functions, and room for the arguments of a call. */
    RUNTIME_FUNCTIONS_BYTES = 1024, /* TVM_CRT_GLOBAL_FUNC_REGISTRY_SIZE_BYTES */
    RUNTIME_ARGUMENTS_BYTES = 16 * (40 + 8 + 4),

    RUNTIME_TENSOR_BYTES = 40, /* DLTensor */
    RUNTIME_ARRAY_BYTES = 48,  /* TVMNDArray */
    RUNTIME_REGION_BYTES = 20, /* what is noted of memory in use: struct memory_region */

    RUNTIME_AOT_EXECUTOR_BYTES = 32,
    RUNTIME_AOT_ARGUMENT_BYTES = 8 + 4, /* of the model's function, while it runs */

    RUNTIME_GRAPH_EXECUTOR_BYTES = 72,
    RUNTIME_STORAGE_BYTES = 12,
    RUNTIME_INPUT_BYTES = 12,
    RUNTIME_OPERATOR_BYTES = 12,

    /* Of the graph executor of TVM 0.8 to 0.18, with the limits of guest/crt_config. For each node,
     * operator or not: four arrays of TVMGraphExecutorNode, and TVMPackedFunc. */
    TVM_NODE_BYTES = 16 + 120 + 120 + 4 * 20,
    TVM_PACKED_FUNCTION_BYTES = 200 + 2 * 32 * (8 + 4),

    /* In the packet that creates the executor, the graph comes with so much: the packet's and the
     * session's headers; code, function, five numbers; four types; a length and three numbers. */
    RUNTIME_GRAPH_CALL_BYTES = 11 + 4 + 8 + 4 + 4 * 4 + 8 + 3 * 8,
};

#endif
