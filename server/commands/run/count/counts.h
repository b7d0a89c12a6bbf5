/* Instructions that a model executes (`run --count`): of each inference, and of each operator in
 * it.
 *
 * They come of two firmwares (guest/platform/count): one is the model's as ever, and what an
 * inference takes in it is exact. In the other one the model has hooks that tell its operators
 * apart. The hooks' own instructions are subtracted; but a compiler keeps other registers around a
 * call than without one, so that the sum may differ a little from the first firmware's count. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_COUNT_COUNTS_H
#define MICROTVM_QEMU_COMMANDS_RUN_COUNT_COUNTS_H

#include "base/error.h"
#include "board/board.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct count_operator {
    char *name; /* as TVM calls its function */
    uint64_t calls;
    uint64_t instructions; /* of all calls, with what they call */
};

struct counts {
    /* Without hooks; inferences 0: not counted. */
    uint64_t inferences;
    uint64_t instructions; /* of them all */
    uint64_t least;        /* of one */
    uint64_t most;
    uint64_t first;            /* of the first_inferences together */
    uint64_t first_inferences; /* as the firmware has it: 16, or all where they are fewer */
    /* With hooks; split_inferences 0: operators were not told apart. */
    uint64_t split_inferences;        /* all, the first_inferences, or one where all are alike */
    uint64_t outside;                 /* instructions outside of any operator: the executor's */
    struct count_operator *operators; /* in the order of their first calls */
    size_t operators_count;
};

/* For the -icount of the board that a firmware with counts runs on. Errors: those of elf_load;
 * ERROR_DEVICE: it counts nothing. */
bool counts_read_shift(const char *elf_path, int *ret_shift, struct error *err);

/* What the firmware of elf_path has counted, on a board that has just answered. Errors: those of
 * elf_load and board_read_memory; ERROR_DEVICE: no inference went through what counts; an operator
 * was not counted. The second may be called with counts of the first. */
bool counts_read_inferences(const char *elf_path, struct board *board, struct counts *counts,
                            struct error *err);
bool counts_read_operators(const char *elf_path, struct board *board, struct counts *counts,
                           struct error *err);

/* Of one inference, on average. */
double counts_per_inference(const struct counts *counts);
/* Likewise, of those inferences that were run with hooks, too. */
double counts_to_split(const struct counts *counts);
/* Of one inference, with hooks: operators and what is outside of them. */
double counts_split_sum(const struct counts *counts);

/* Safe on a zeroed struct and twice. */
void counts_dispose(struct counts *counts);

#endif
