/* What stands in a board's memory, as QEMU sees it: the firmware does nothing for it and does not
 * notice. */
#ifndef MICROTVM_QEMU_BOARD_READ_MEMORY_H
#define MICROTVM_QEMU_BOARD_READ_MEMORY_H

#include "base/error.h"
#include "board/board.h"

#include <stddef.h>
#include <stdint.h>

/* size_bytes from an address of the CPU's on. The CPU is not halted: what a firmware changes
 * meanwhile may be read half. Waits for QEMU's answer, a few milliseconds for a megabyte. Errors:
 * ERROR_STATE (not open), ERROR_CLOSED (the board is gone; with the cause), ERROR_DEVICE (QEMU
 * refused), ERROR_TIMEOUT, ERROR_INTERRUPTED, ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool board_read_memory(struct board *board, uint64_t address, void *data, size_t size_bytes,
                       struct error *err);

#endif
