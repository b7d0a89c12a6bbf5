/* Counting instructions, on a board whose time is a function of them (QEMU's -icount): its clock is
 * read, and what is between two readings is so many instructions, exactly.
 *
 * COUNT_SHIFT (count.cmake) says that an instruction takes 2^COUNT_SHIFT ns: four ticks of the
 * clock at least, so that no rounding of its readings reaches half an instruction.
 *
 * The host reads count_total, and in a firmware whose model has hooks count_operators, from memory
 * once the inferences are done (server/commands/run/count). Both add up over all inferences. */
#ifndef PLATFORM_COUNT_COUNT_H
#define PLATFORM_COUNT_COUNT_H

#include "clock/clock.h"

#include <stdint.h>

/* Where inferences take unlike numbers of instructions, operators are told apart in so many of
 * them, the first ones: all would make a run take more than twice as long as without counting. */
enum { COUNT_FIRST = 16 };

struct count_total {
    uint64_t inferences;
    uint64_t instructions; /* of them all: from the first of the model's run function to its last */
    uint64_t least;        /* of one */
    uint64_t most;
    uint64_t first;            /* of the first ones together */
    uint64_t first_inferences; /* so many: COUNT_FIRST, or all where they are fewer */
};

struct count_row {
    uint64_t function; /* its address */
    uint64_t calls;
    uint64_t instructions; /* with what it calls, without the hooks */
};

/* The hooks' own instructions are in none of these. */
struct count_operators {
    uint64_t rows_count;
    uint64_t calls_lost; /* of operators for which there was no row */
    uint64_t outside;    /* instructions of the run function outside of any operator */
    struct count_row rows[COUNT_ROWS_MAX];
};

struct count_moment {
    uint64_t ticks;
    uint32_t interrupts;
};

/* Needs a clock that was started. From the reading itself to the return of the caller it takes the
 * same instructions each time, which is what makes them known. */
static inline struct count_moment count_now(void)
{
    uint64_t ticks = clock_ticks();
    return (struct count_moment){ticks, clock_interrupts()};
}

/* Instructions between two moments, less those of the clock's own interrupts. */
uint64_t count_between(const struct count_moment *from, const struct count_moment *to);

/* Any function is called through this, so that each call costs the same: one that takes nothing
 * ignores the argument, which is in a register. */
typedef int32_t (*count_function)(void *argument);

static inline count_function count_without_argument(void (*function)(void))
{
    return (count_function)function;
}

/* Its instructions, from its first to its return; *ret_status is what it returned. */
uint64_t count_call(count_function function, void *argument, int32_t *ret_status);

/* ---- of a firmware whose model has hooks: operators.c; else they are not there ---- */

void count_operators_start(void) __attribute__((weak)); /* once, before the first inference */
/* After an inference that took so many instructions, the hooks' too. */
void count_operators_end(uint64_t instructions) __attribute__((weak));

/* Two functions with hooks, which do nothing: probe.c; the second calls the first. */
void count_probe(void);
void count_probe_nested(void);

#endif
