/* What a firmware does that does not answer. */
#ifndef MICROTVM_QEMU_BOARD_HANG_H
#define MICROTVM_QEMU_BOARD_HANG_H

#include "base/error.h"
#include "board/board_state.h"

#include <stdbool.h>

/* Lines for an error's text: for how long a firmware has said nothing, where its CPU stands, the
 * function that called it, and the other ones that it goes through. Returns false. */
bool hang_explain(struct board *board, struct error *err);

/* For a board that has been switched on a while ago and has not sent a byte: is it certain that
 * none will come? So it is where its firmware already waits for the host, as it does not before it
 * has said something. True sets *err, ERROR_DEVICE. Otherwise nothing has changed, but that the CPU
 * has stood for a moment. */
bool hang_is_certain(struct board *board, struct error *err);

/* board_explain_timeout: the same for a board that may be off or dead, and whatever the interrupt
 * says. Returns false. */
bool hang_explain_timeout(struct board *board, struct error *err);

#endif
