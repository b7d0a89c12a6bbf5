/* What a model that fits takes of the board's memory (run --memory): by part and by symbol, as it
 * was linked, and the most of stack and heap, as the board used it. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_MEMORY_H
#define MICROTVM_QEMU_COMMANDS_RUN_MEMORY_H

#include "board/board.h"
#include "commands/pipeline.h"
#include "project/footprint/memory_use.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct run_memory {
    struct memory_use use;
    bool is_measured; /* the peaks are known */
    uint64_t stack_peak_bytes;
    uint64_t heap_peak_bytes; /* allocated at once, with what each block takes besides */
};

/* Of the firmware that was built. run_memory_dispose is the caller's. Errors: memory_use_read's. */
bool run_memory_read(const struct pipeline *pipeline, struct run_memory *ret_memory,
                     struct error *err);

/* The peaks since the board booted; it is open and has done what is to be measured. Where no
 * interrupt comes while the stack is deepest, as in a model that nothing is sent to meanwhile, two
 * runs have the same peaks. Errors: board_read_memory's. */
bool run_memory_measure(struct board *board, struct run_memory *memory, struct error *err);

/* As a table. Parts that take nothing are left out. */
void run_memory_show(const struct run_memory *memory, const struct machine *machine, FILE *out);

/* Safe on a zeroed struct and twice. */
void run_memory_dispose(struct run_memory *memory);

#endif
