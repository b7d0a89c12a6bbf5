/* soak_clock BOARD INTERVALS LOAD: the work of `ci/soak/clock` for one board. Prints a row of a
 * table in Markdown; fails when the clock was wrong once. */
#include "base/cleanup.h"
#include "base/file.h"
#include "boards/clock/intervals.h"
#include "boards/clock/load.h"
#include "boards/guest/guest_board.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool measure(struct guest_board *board, size_t count, int per_core,
                    struct intervals *ret_intervals, struct error *err)
{
    struct load load;
    if (!intervals_calibrate(board, ret_intervals))
        return error_set(err, ERROR_DEVICE, 0, "the board did not answer");
    bool loaded = load_start(per_core, &load, err);
    bool measured = loaded && intervals_measure(board, ret_intervals, count);
    load_stop(&load);
    if (loaded && !measured)
        return error_set(err, ERROR_DEVICE, 0, "the board stopped answering after %zu intervals",
                         ret_intervals->count);
    return measured;
}

static bool report(const char *name, struct intervals *intervals)
{
    struct intervals_summary sum = intervals_sum_up(intervals);
    printf("| %s | %zu | %zu | %zu | %zu | %zu | %.1f | %.1f | %.1f | %.1f |\n", name,
           intervals->count, sum.zero, sum.too_short, intervals->long_batches, sum.failed,
           (double)intervals->fastest_ns / 1e3, sum.shortest_ns / 1e3, sum.median_ns / 1e3,
           sum.longest_ns / 1e3);
    return sum.zero == 0 && sum.too_short == 0 && sum.failed == 0 && intervals->long_batches == 0;
}

static bool soak(const char *name, size_t count, int per_core, bool *ret_right, struct error *err)
{
    char *dir = NULL;
    struct guest_board board;
    struct error ignored;
    struct intervals intervals = {.turns = 0};
    cleanup_free char *definition = file_path("%s/qemu-machines/%s.json", SOURCE_DIR, name);
    if (!definition)
        return error_no_memory(err, "a path", 0);
    if (!guest_build(definition, &dir, err))
        return false;
    bool done = guest_boot(dir, GUEST_ICOUNT_OFF, &board, err);
    if (done) {
        done = measure(&board, count, per_core, &intervals, err);
        guest_stop(&board);
    }
    if (done)
        *ret_right = report(name, &intervals);
    intervals_dispose(&intervals);
    file_remove_tree(dir, &ignored);
    free(dir);
    return done;
}

int main(int argc, char **argv)
{
    struct error err;
    bool right = false;
    if (argc != 4) {
        fprintf(stderr, "usage: soak_clock BOARD INTERVALS PROCESSES_PER_CORE\n");
        return 2;
    }
    if (!soak(argv[1], strtoul(argv[2], NULL, 10), atoi(argv[3]), &right, &err)) {
        fprintf(stderr, "%s: %s\n", argv[1], err.text);
        return 2;
    }
    return right ? 0 : 1;
}
