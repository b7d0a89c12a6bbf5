/* QEMU's command line, from a board's definition and the options of one start. */
#ifndef MICROTVM_QEMU_BOARD_COMMAND_LINE_H
#define MICROTVM_QEMU_BOARD_COMMAND_LINE_H

#include "base/error.h"
#include "board/machine.h"

#include <stdbool.h>
#include <stddef.h>

enum { COMMAND_LINE_TEXT_BYTES = 96 };

/* Of one start. */
struct emulator_options {
    const struct machine *machine; /* outlives the emulator */
    const char *firmware_path;     /* an ELF */
    const char *serial_path;       /* of the pty that is its serial line's other end */
    int serial_fd;                 /* the same, open: QEMU inherits it and holds it while it runs */
    const char *qemu_version;      /* as qmp.h has it; "": not known yet */
    int gdbserver_port;            /* 0: none */
    int icount_shift;              /* -1: off */
    const char *const *extra_args; /* NULL-terminated or NULL */
    bool is_halted;                /* its CPU does not run */
    bool debug;                    /* command line, QMP and QEMU's stderr to our stderr */
};

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
