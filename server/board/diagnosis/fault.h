/* From a program counter to a line of source. */
#ifndef MICROTVM_QEMU_BOARD_FAULT_H
#define MICROTVM_QEMU_BOARD_FAULT_H

#include "board/diagnosis/source_line.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The place in a text that a source line is wanted for: "pc=0x1234" of the firmware's own report,
 * or "R15=00001234", " PC=41001234" and " pc 80001234" of QEMU's register dumps. Of a jump to
 * nowhere it is where it came from, if that is known: its pc is no place, though there may be a
 * source line for it, of code that was not linked. */
bool fault_find_pc(const char *text, uint64_t *ret_pc);

/* What that place is to what happened: "at", "called from", ... */
const char *fault_relation(const char *text);

/* "main at src/main.c:12", and what that was inlined into; in parentheses, why not, where that is
 * not to be had. Blocks as source_lines. Returns the buffer. */
char *fault_source_line(const struct source_code *code, uint64_t pc, char *buffer,
                        size_t buffer_size_bytes);

#endif
