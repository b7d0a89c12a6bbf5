/* Small models that need as much memory of one kind as a test says, and use all of it: the output
 * is the input plus 1 where every byte was there (but of SIZED_NOTHING and SIZED_NO_GRAPH). What
 * metadata.json says of sizes is wrong on purpose, but for inputs and outputs. */
#ifndef MICROTVM_QEMU_TESTS_SIZED_MODEL_H
#define MICROTVM_QEMU_TESTS_SIZED_MODEL_H

#include <stddef.h>

enum sized_kind {
    SIZED_NOTHING,   /* AOT: copies its input, and pulls nothing of a library into a firmware */
    SIZED_PLANNED,   /* AOT: a static workspace of so many bytes */
    SIZED_HEAP,      /* AOT: a workspace of so many bytes from the heap */
    SIZED_COMPUTED,  /* the same, where the code computes how many */
    SIZED_C,         /* SIZED_HEAP with the C interface, for project_type aot_standalone_demo */
    SIZED_MEMORY,    /* AOT: so many bytes of each: static workspace, one from the heap, stack */
    SIZED_CONSTANTS, /* AOT: so many bytes of constants */
    SIZED_BOTH,     /* AOT: SIZED_PLANNED's workspace, and constants as well: sized_model_of_both */
    SIZED_TENSORS,  /* AOT: so many floats in the input, and in the output */
    SIZED_NO_GRAPH, /* graph: SIZED_NOTHING's */
    SIZED_GRAPH,    /* graph: a tensor of so many bytes between two operators */
    SIZED_NODES,    /* graph: so many operators, one behind the other */
    SIZED_AXES,     /* graph: so many axes, of one element each, in every tensor */
};

/* Write the archive. Input "x" and output "output" are float32, of one element but for
 * SIZED_TENSORS, and of one axis but for SIZED_AXES. */
void sized_model(const char *path, enum sized_kind kind, size_t size);

/* SIZED_BOTH: so many bytes of a planned workspace, and of constants. Of a workspace beyond 128 MiB
 * a byte in each 64 MiB is used, and the last 4 KiB; of the constants the first and the last byte.
 */
void sized_model_of_both(const char *path, size_t workspace_bytes, size_t constants_bytes);

#endif
