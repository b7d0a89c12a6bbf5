/* What test_guest and test_clock share: every test runs on every board, and each board's firmware
 * is built once. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_GUEST_SUITE_H
#define MICROTVM_QEMU_TESTS_BOARDS_GUEST_SUITE_H

#include "boards/guest_board.h"

#include <check.h>
#include <stddef.h>

/* Run the tests, their loop index (_i) that of a board. Returns what main is to return. */
int guest_suite_run(const char *name, const TTest *const *tests, size_t tests_count);

/* In a test: boot the board of that index. Failures end the test. */
void guest_suite_boot(int index, int icount_shift, struct guest_board *ret_board);

#endif
