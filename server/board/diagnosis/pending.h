/* Which interrupt lines are pending in a board's interrupt controller, enabled or not. */
#ifndef MICROTVM_QEMU_BOARD_PENDING_H
#define MICROTVM_QEMU_BOARD_PENDING_H

#include "base/deadline.h"
#include "board/board_state.h"

#include <stdbool.h>
#include <stdint.h>

enum { PENDING_LINES = 1024, PENDING_LINES_A_WORD = 32, PENDING_NAMES_BYTES = 80 };

struct pending {
    uint32_t words[PENDING_LINES / PENDING_LINES_A_WORD];
    unsigned first_line; /* those before are the core's own, or nothing's */
    unsigned end_line;
    bool keeps; /* a line that no core takes stays pending when its device is content again */
};

/* Waits for QEMU's answers, at most until the deadline. False: QEMU does not show that controller,
 * or it is of a kind that is not known here. */
bool pending_read(struct board *board, struct deadline deadline, struct pending *ret_pending);

bool pending_has(const struct pending *pending, uint64_t line);

/* "0, 3", "1, 2, 3, 4, ...": how many there are. */
unsigned pending_names(const struct pending *pending, char names[PENDING_NAMES_BYTES]);

/* `count` values from an address on, as the board's CPU reads them; unit: 'b' for bytes, 'w' for
 * words of 32 bits. */
bool pending_read_values(struct board *board, uint64_t address, unsigned count, char unit,
                         struct deadline deadline, uint32_t *ret_values);

#endif
