/* The parts of what takes a board's memory. */
#ifndef MICROTVM_QEMU_PROJECT_FOOTPRINT_MEMORY_PART_H
#define MICROTVM_QEMU_PROJECT_FOOTPRINT_MEMORY_PART_H

#include <stdint.h>

/* In the order in which they are shown. */
enum memory_part_id {
    MEMORY_MODEL_CODE,
    MEMORY_CONSTANTS,   /* the model's: parameters, tables, initial values of its variables */
    MEMORY_WORKSPACE,   /* the model's RAM: buffers, variables, tensors where no host drives it, and
                         * what its code allocates while it runs */
    MEMORY_CMSIS_NN,    /* option cmsis_path */
    MEMORY_EXTRA_FILES, /* option extra_files_tar */
    MEMORY_RUNTIME,     /* TVM's C runtime, the bundled one or another */
    MEMORY_PLATFORM,    /* start-up, drivers, memory, the application of the project type */
    MEMORY_LIBC,        /* the C library, and what else comes with the compiler */
    MEMORY_STACK,
    MEMORY_HEAP, /* what is needed of it at least, but for the workspace; it gets all that is left
                  */
    MEMORY_PARTS_COUNT,
};

struct memory_part {
    const char *name; /* "model code"; a constant */
    uint64_t flash_bytes;
    uint64_t ram_bytes;
};

#endif
