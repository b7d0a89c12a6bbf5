/* On: QEMU up to the firmware's first byte; and off. */
#ifndef MICROTVM_QEMU_BOARD_POWER_H
#define MICROTVM_QEMU_BOARD_POWER_H

#include "base/error.h"
#include "board/board_state.h"

#include <stdbool.h>

/* Boot the flash's firmware up to its first byte. On failure the power is off again. Errors:
 * board_open's. */
bool power_on(struct board *board, struct error *err);
void power_off(struct board *board);

/* For a board that has died, or did not boot: adds a line for each region of its definition that
 * QEMU's machine has not, of which another QEMU is asked. Takes a boot's time. */
void power_explain_memories(const struct board *board, struct error *err);

#endif
