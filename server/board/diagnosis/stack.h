/* Where in the model's own code a firmware is that hangs in a function of somebody else's, the
 * serial line's or the C library's: the return addresses on its stack tell. */
#ifndef MICROTVM_QEMU_BOARD_STACK_H
#define MICROTVM_QEMU_BOARD_STACK_H

#include "board/board_state.h"

#include <stdbool.h>
#include <stddef.h>

enum { STACK_COMMAND_BYTES = 48 };

/* What to ask QEMU's monitor for that has shown such registers. Returns the buffer, or NULL where
 * they name no stack. */
const char *stack_command(const char *registers, char buffer[STACK_COMMAND_BYTES]);

/* "\n  f at ./model/x.c:3\n  ...": the places in the model's code, three at most, that the
 * topmost return addresses in QEMU's dump belong to. False: there is none. */
bool stack_find_model(const struct board *board, const char *registers, const char *dump,
                      char *buffer, size_t buffer_size_bytes);

/* Is it a place in the model's code? */
bool stack_is_model(const char *source);

/* The return address register. A return address stands behind its call, in Arm's case with bit 0
 * set: what is returned is the byte in front of it. 0: there is none. */
uint64_t stack_caller(const char *registers);

#endif
