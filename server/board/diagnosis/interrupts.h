/* Why a firmware sleeps that has been sent something: its definition names another interrupt than
 * the UART's. */
#ifndef MICROTVM_QEMU_BOARD_INTERRUPTS_H
#define MICROTVM_QEMU_BOARD_INTERRUPTS_H

#include "base/deadline.h"
#include "base/error.h"
#include "board/board_state.h"

/* For a board whose CPU waits for an interrupt: adds a line where its interrupt controller has
 * others pending, but not "uart.interrupt". Adds nothing where QEMU does not show that controller,
 * or it is of a kind that is not known here. Waits for QEMU's answer, at most until the deadline.
 */
void interrupts_explain(struct board *board, struct deadline deadline, struct error *err);

#endif
