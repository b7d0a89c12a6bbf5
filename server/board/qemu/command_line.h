/* QEMU's command line, from a board's definition and the options of one start. */
#ifndef MICROTVM_QEMU_BOARD_COMMAND_LINE_H
#define MICROTVM_QEMU_BOARD_COMMAND_LINE_H

#include "base/error.h"
#include "board/qemu/emulator.h"

#include <stddef.h>

enum { COMMAND_LINE_TEXT_BYTES = 96 };

/* An argv; the texts that were made for it live in it, so it must not move. */
struct command_line {
    const char **items; /* NULL-terminated; the owner frees the array */
    size_t count;
    char qmp_chardev[COMMAND_LINE_TEXT_BYTES];
    char serial_chardev[COMMAND_LINE_TEXT_BYTES];
    char gdb[COMMAND_LINE_TEXT_BYTES];
    char icount[COMMAND_LINE_TEXT_BYTES];
};

/* qmp_fd is a number in QEMU's process. *line must be zeroed. Errors: ERROR_INTERNAL (memory). */
bool command_line_make(const struct emulator_options *options, int qmp_fd,
                       struct command_line *line, struct error *err);

/* On stderr. */
void command_line_show(const struct command_line *line);

#endif
