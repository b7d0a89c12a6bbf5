/* Is what a board's clock told possible? */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_TEXT_BOARD_CLOCK_H
#define MICROTVM_QEMU_COMMANDS_RUN_TEXT_BOARD_CLOCK_H

#include "base/error.h"
#include "board/board.h"

#include <stdbool.h>
#include <stdint.h>

/* A part of what took here_ns on this computer took time_us on the board: QEMU's clock is the
 * computer's, so that it can't be more, unless the definition says of the board's timer that it is
 * slower than it is. Errors: ERROR_DEVICE, where it is more than twice as much. That less is wrong,
 * too, can't be seen: all else takes time as well. A board that counts instructions has another
 * clock. */
bool board_clock_check(const struct board *board, uint64_t time_us, int64_t here_ns,
                       struct error *err);

#endif
