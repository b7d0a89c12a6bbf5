/* Suites about the firmware's own ground: the same guest_board on every board. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_GUEST_GUEST_SUITE_H
#define MICROTVM_QEMU_TESTS_BOARDS_GUEST_GUEST_SUITE_H

#include "boards/every_board.h"
#include "boards/guest/guest_board.h"

/* every_board, with the firmware of guest_board.h made once for each. */
int guest_on_every_board(const char *name, const struct board_test *tests, size_t count);

/* In a test: boot the board under test, with QEMU's icount shift or GUEST_ICOUNT_OFF. Failures end
 * the test. */
void tested_boot(int icount_shift, struct guest_board *ret_board);

#endif
