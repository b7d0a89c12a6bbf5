/* Runs a suite's tests on every board of qemu-machines, each board in a process of its own, as many
 * of them at once as this computer has CPUs. What a board's tests share (a firmware) is made once.
 *
 * A board that this computer lacks something for is one skipped test of the board's name.
 */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_EVERY_BOARD_H
#define MICROTVM_QEMU_TESTS_BOARDS_EVERY_BOARD_H

#include "boards/board_list.h"

#include <check.h>
#include <stddef.h>

/* What takes long and shows nothing about the rest of a board, is done on one board of each. */
enum board_choice { EVERY_BOARD, PROTECTED_BOARDS, ONE_BOARD_PER_UART, ONE_BOARD_PER_TIMER };

struct board_test {
    const TTest *test;
    enum board_choice on;
};

struct board_suite {
    const char *name;
    enum board_origin boards;
    const struct board_test *tests;
    size_t tests_count;
    /* In the board's process, before its tests (each of which is a process of its own) and after
     * them: what all of them need. tear_down also where set_up failed. */
    bool (*set_up)(struct error *err);
    void (*tear_down)(void);
};

/* The board under test. */
extern const struct listed_board *tested_board;

/* Returns what main returns. The environment is Check's: CK_RUN_CASE names a board. */
int every_board(const struct board_suite *suite);

#endif
