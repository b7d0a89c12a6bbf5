/* Whether this computer has what a board definition asks for. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_BOARD_PROGRAMS_H
#define MICROTVM_QEMU_TESTS_BOARDS_BOARD_PROGRAMS_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum { BOARD_REASON_SIZE = 256 };

/* Tries QEMU, its machine, the compiler with the board's flags, and its C library. reason becomes
 * what the first of them that is not there says, in a line; "": all are there.
 * Errors: ERROR_DEVICE where one is there and fails. */
bool board_programs_try(const cJSON *board, char *reason, size_t reason_size, struct error *err);

/* The same of the board that qemu-machines has by this name; an error ends the process. */
void board_programs_lacking(const char *name, char ret_reason[BOARD_REASON_SIZE]);

/* Likewise, where its firmware is built and not run: of compiler and C library alone. */
void board_compiler_lacking(const char *name, char ret_reason[BOARD_REASON_SIZE]);

#endif
