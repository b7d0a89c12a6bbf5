/* The boards of qemu-machines as test programs see them: every *.json there, and which of them this
 * computer can build firmware for and run it on. Those of tests/boards/machines are as a user's own
 * may be: they have what no board of ours has, and that works, too. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_BOARD_LIST_H
#define MICROTVM_QEMU_TESTS_BOARDS_BOARD_LIST_H

#include "base/error.h"
#include "boards/board_programs.h"
#include "definition/regions.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BOARD_NAME_SIZE = 64 };

struct listed_board {
    char name[BOARD_NAME_SIZE];
    char *path; /* of its definition, absolute */
    char uart_driver[BOARD_NAME_SIZE];
    char timer_driver[BOARD_NAME_SIZE];
    uint64_t timer_clock_hz;
    struct regions regions;
    uint64_t ram_size_bytes; /* of all that can be written to */
    bool is_armv6m; /* a Cortex-M0: no memory protection, and GCC makes no jump of a last call */
    bool is_missing;
    char reason[BOARD_REASON_SIZE]; /* why, in a line, where it is missing */
    /* The first by name, of those that are not missing, that has its driver. */
    bool is_first_of_uart;
    bool is_first_of_timer;
};

struct board_list {
    struct listed_board *items; /* sorted by name, those of the tests last */
    size_t count;
};

enum board_origin { BOARDS_SHIPPED, BOARDS_ALL };

/* What this computer lacks (QEMU or its machine, compiler or its C library) makes a board missing;
 * a program that fails in another way, or a file that can't be read, is an error. */
bool board_list_find(enum board_origin origin, struct board_list *ret_list, struct error *err);

/* Also after an error, and twice. */
void board_list_dispose(struct board_list *list);

#endif
