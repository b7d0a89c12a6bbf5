/* Are the memories of a board's definition those of QEMU's machine? */
#ifndef MICROTVM_QEMU_BOARD_MEMORIES_H
#define MICROTVM_QEMU_BOARD_MEMORIES_H

#include "base/deadline.h"
#include "board/board_state.h"

/* Of a board whose CPU has not run yet: with an MMU or MPU at work it would not see all. Adds a
 * line for each region whose first or last byte the machine does not have. Waits for QEMU's
 * answers, a fraction of a second. Where QEMU does not answer, nothing is added. */
void memories_explain(struct board *board, struct deadline deadline, struct error *err);

#endif
