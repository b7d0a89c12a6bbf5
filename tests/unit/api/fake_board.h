/* board.h without QEMU: what is written can be read back, and what was asked is noted. A program
 * that links fake_board.c takes these in place of the real ones. */
#ifndef MICROTVM_QEMU_TESTS_FAKE_BOARD_H
#define MICROTVM_QEMU_TESTS_FAKE_BOARD_H

#include "board/board.h"

struct fake_board {
    int made;                     /* calls of board_new */
    int living;                   /* not yet freed */
    struct board_options options; /* of the last board_new; its pointers are not to be followed */
    char qemu_args[128];          /* of the last board_new, a space between each two */
    struct deadline deadline;     /* of the last read or write */
    bool is_flashed;
    bool is_open;
    char bytes[256]; /* written and not yet read */
    size_t held;
};

extern struct fake_board fake_board;

#endif
