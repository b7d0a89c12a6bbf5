/* Why a firmware sleeps that has been sent something: its definition names another interrupt than
 * the UART's. */
#ifndef MICROTVM_QEMU_BOARD_INTERRUPTS_H
#define MICROTVM_QEMU_BOARD_INTERRUPTS_H

#include "base/deadline.h"
#include "base/error.h"
#include "board/board_state.h"

/* For a board whose CPU waits for an interrupt, and has for long: adds a line where its interrupt
 * controller has others pending, but not "uart.interrupt"; where QEMU does not show that
 * controller's, if the UART raises its line. Waits for QEMU's answers, at most until the deadline.
 */
void interrupts_explain(struct board *board, struct deadline deadline, struct error *err);

/* Has it ever said more than what it says by itself when it starts? */
bool interrupts_has_answered(const struct board *board);

/* For a board that has been silent for a while: is it certain that no interrupt will wake it for
 * what its UART has received? So it is, at any one moment and however slow the machine is, where
 * the UART raises its line, another interrupt than "uart.interrupt" is pending and the CPU sleeps.
 * True sets *err, ERROR_DEVICE. Otherwise nothing has changed, but that the CPU may have stood for
 * a moment; where the UART does not raise its line, which takes one question to QEMU, it has not.
 */
bool interrupts_are_missed(struct board *board, struct error *err);

#endif
