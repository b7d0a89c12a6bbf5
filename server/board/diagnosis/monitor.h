/* Questions to QEMU about its CPU and what that sees, and waiting for the answers, while the
 * board's loop goes on. */
#ifndef MICROTVM_QEMU_BOARD_MONITOR_H
#define MICROTVM_QEMU_BOARD_MONITOR_H

#include "board/board_state.h"

#include <stdbool.h>

/* For what is asked while the CPU of a running firmware is halted for a moment: it must go on. */
enum { MONITOR_STAND_TIMEOUT_MS = 30 * 1000 };

/* Errors of all: ERROR_DEVICE (QEMU refused, is gone or talks nonsense), ERROR_TIMEOUT (no
 * answer by the deadline), ERROR_INTERRUPTED, ERROR_SYSTEM, ERROR_INTERNAL (memory). */

/* Halt the CPU: of one that runs, QEMU shows the registers of some while ago. *ret_halted is false
 * where it stood already, as a debugger can make it: then it must not be let go on. */
bool monitor_halt(struct board *board, struct deadline deadline, bool *ret_halted,
                  struct error *err);
bool monitor_go_on(struct board *board, struct deadline deadline, struct error *err);

/* What QEMU's monitor for people says to a command: "info registers". The caller frees *ret_text.
 */
bool monitor_tell(struct board *board, const char *command, struct deadline deadline,
                  char **ret_text, struct error *err);

/* QEMU writes size_bytes of memory, from the CPU's address on, into a file that is there. */
bool monitor_save_memory(struct board *board, uint64_t address, size_t size_bytes, const char *path,
                         struct deadline deadline, struct error *err);

#endif
