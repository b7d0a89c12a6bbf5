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

#endif
