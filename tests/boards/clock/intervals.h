/* What a board's clock says of many short intervals, held against the host's clock. The work in an
 * interval is always the same, so no true one is much shorter than the fastest that the host saw;
 * and all of a batch lie within the time that the host waited for it. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_CLOCK_INTERVALS_H
#define MICROTVM_QEMU_TESTS_BOARDS_CLOCK_INTERVALS_H

#include "boards/guest/guest_board.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intervals {
    uint32_t turns;      /* of a loop, the work in one interval */
    int64_t way_ns;      /* an order without work, by the host's clock: the way there and back */
    int64_t fastest_ns;  /* for that work, by the host's clock, without the way */
    size_t long_batches; /* whose intervals exceed the host's time for them */
    uint32_t *told_ns;   /* what the board said; UINT32_MAX: its timer failed */
    size_t count;
};

struct intervals_summary {
    size_t failed;
    size_t zero;
    size_t too_short; /* less than half of fastest_ns, the zeros included */
    uint32_t shortest_ns;
    uint32_t median_ns;
    uint32_t longest_ns;
};

/* Find how much work takes 100 us. False: the board does not answer. */
bool intervals_calibrate(struct guest_board *board, struct intervals *ret_intervals);

/* Have the work of so many turns done, and wait for its end. False: the board does not answer. */
bool intervals_work(struct guest_board *board, uint32_t turns);

/* Time count more. False: the board does not answer, or memory. */
bool intervals_measure(struct guest_board *board, struct intervals *intervals, size_t count);

/* Sorts told_ns. */
struct intervals_summary intervals_sum_up(struct intervals *intervals);
void intervals_dispose(struct intervals *intervals);

#endif
