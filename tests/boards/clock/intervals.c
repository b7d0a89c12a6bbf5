#include "boards/clock/intervals.h"
#include "base/deadline.h"

#include <stdlib.h>
#include <string.h>

enum {
    TARGET_NS = 100 * 1000,
    TURNS_FIRST = 1000,
    BATCH = 100, /* the firmware's most is 256 */
    BARE = 10,   /* intervals' worth of work that the host times in one go */
    BARE_TIMES = 20,
};

static void put_u32(uint8_t *to, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

bool intervals_work(struct guest_board *board, uint32_t turns)
{
    uint8_t order[5] = {'l'};
    uint8_t answer = 0;
    put_u32(order + 1, turns);
    return guest_send(board, order, sizeof(order)) && guest_receive(board, &answer, 1);
}

static bool time_work(struct guest_board *board, uint32_t turns, int64_t *ret_ns)
{
    int64_t before_ns = clock_now_ns();
    if (!intervals_work(board, turns))
        return false;
    *ret_ns = clock_now_ns() - before_ns;
    return true;
}

/* Without it, a slow way on a busy machine would pass for work, and intervals come out short. */
static bool look_for_way(struct guest_board *board, int64_t *ret_way_ns)
{
    int64_t taken_ns = 0;
    *ret_way_ns = INT64_MAX;
    for (int i = 0; i < BARE_TIMES; i++) {
        if (!time_work(board, 0, &taken_ns))
            return false;
        if (taken_ns < *ret_way_ns)
            *ret_way_ns = taken_ns;
    }
    return true;
}

static bool look_for_fastest(struct guest_board *board, struct intervals *intervals)
{
    int64_t taken_ns = 0;
    if (!time_work(board, BARE * intervals->turns, &taken_ns))
        return false;
    int64_t one_ns = (taken_ns - intervals->way_ns) / BARE;
    if (one_ns < intervals->fastest_ns)
        intervals->fastest_ns = one_ns;
    return true;
}

bool intervals_calibrate(struct guest_board *board, struct intervals *ret_intervals)
{
    *ret_intervals = (struct intervals){.turns = TURNS_FIRST};
    if (!look_for_way(board, &ret_intervals->way_ns))
        return false;
    for (;;) {
        ret_intervals->fastest_ns = INT64_MAX;
        for (int i = 0; i < BARE_TIMES; i++)
            if (!look_for_fastest(board, ret_intervals))
                return false;
        if (ret_intervals->fastest_ns >= TARGET_NS)
            return true;
        ret_intervals->turns *= 2;
    }
}

static bool measure_batch(struct guest_board *board, struct intervals *intervals, size_t count)
{
    uint8_t order[9] = {'q'};
    uint32_t *told_ns = intervals->told_ns + intervals->count;
    put_u32(order + 1, (uint32_t)count);
    put_u32(order + 5, intervals->turns);
    int64_t before_ns = clock_now_ns();
    if (!guest_send(board, order, sizeof(order)) ||
        !guest_receive(board, told_ns, count * sizeof(*told_ns)))
        return false;
    int64_t waited_ns = clock_now_ns() - before_ns;
    int64_t sum_ns = 0;
    for (size_t i = 0; i < count; i++)
        sum_ns += told_ns[i];
    intervals->long_batches += sum_ns > waited_ns;
    intervals->count += count;
    return true;
}

bool intervals_measure(struct guest_board *board, struct intervals *intervals, size_t count)
{
    size_t wanted = intervals->count + count;
    uint32_t *larger = realloc(intervals->told_ns, wanted * sizeof(*larger));
    if (!larger)
        return false;
    intervals->told_ns = larger;
    while (intervals->count < wanted) {
        size_t left = wanted - intervals->count;
        if (!measure_batch(board, intervals, left < BATCH ? left : BATCH) ||
            !look_for_fastest(board, intervals))
            return false;
    }
    return true;
}

static int compare(const void *left, const void *right)
{
    const uint32_t *a = left;
    const uint32_t *b = right;
    return (*a > *b) - (*a < *b);
}

struct intervals_summary intervals_sum_up(struct intervals *intervals)
{
    struct intervals_summary summary = {.failed = 0};
    uint32_t *told_ns = intervals->told_ns;
    size_t count = intervals->count;
    if (count == 0)
        return summary;
    qsort(told_ns, count, sizeof(*told_ns), compare);
    /* Where every core has many processes, the host may see none of its own pieces undisturbed. */
    int64_t true_ns = intervals->fastest_ns;
    if (told_ns[count / 2] < true_ns)
        true_ns = told_ns[count / 2];
    for (size_t i = 0; i < count; i++) {
        summary.failed += told_ns[i] == UINT32_MAX;
        summary.zero += told_ns[i] == 0;
        summary.too_short += told_ns[i] < true_ns / 2;
    }
    summary.shortest_ns = told_ns[0];
    summary.median_ns = told_ns[count / 2];
    summary.longest_ns = told_ns[count - 1];
    return summary;
}

void intervals_dispose(struct intervals *intervals)
{
    free(intervals->told_ns);
    *intervals = (struct intervals){.turns = 0};
}
