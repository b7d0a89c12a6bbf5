/* Runs a suite's tests on every board of qemu-machines, each board in a process of its own, as many
 * of them at once as this computer has CPUs. The firmware of a board is built once.
 *
 * A board whose machine this computer's QEMU does not have is one skipped test of the board's name.
 */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_EVERY_BOARD_H
#define MICROTVM_QEMU_TESTS_BOARDS_EVERY_BOARD_H

#include "boards/guest_board.h"
#include "boards/guest_machine.h"

#include <check.h>
#include <stddef.h>

/* What takes long and shows nothing about the rest of a board, is done on one board of each. */
enum board_choice { EVERY_BOARD, PROTECTED_BOARDS, ONE_BOARD_PER_UART, ONE_BOARD_PER_TIMER };

struct board_test {
    const TTest *test;
    enum board_choice on;
};

/* The board under test. */
extern const struct guest_machine *tested_machine;

/* In a test: boot it, with QEMU's icount shift or GUEST_ICOUNT_OFF. Failures end the test. */
void tested_boot(int icount_shift, struct guest_board *ret_board);

/* Returns what main returns. The environment is Check's: CK_RUN_CASE names a board. */
int every_board(const char *suite, const struct board_test *tests, size_t count);

#endif
