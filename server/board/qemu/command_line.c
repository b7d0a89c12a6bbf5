#include "board/qemu/command_line.h"

#include "base/text.h"
#include "board/qemu/line_args.h"
#include "board/qemu/qemu_args.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIXED_ARGS = 32 };

static void add(struct command_line *line, const char *item)
{
    line->items[line->count++] = item;
}

static void add_pair(struct command_line *line, const char *name, const char *value)
{
    add(line, name);
    add(line, value);
}

static size_t add_list(struct command_line *line, const char *const *items)
{
    size_t count = 0;
    for (; items && items[count]; count++)
        if (line)
            add(line, items[count]);
    return count;
}

static void add_optional(struct command_line *line, const struct emulator_options *options)
{
    if (options->gdbserver_port > 0) {
        snprintf(line->gdb, sizeof(line->gdb), "tcp:127.0.0.1:%d", options->gdbserver_port);
        add_pair(line, "-gdb", line->gdb);
    }
    /* By itself QEMU asks for 1 GB, which is not to be had under a limit; a firmware of a few MB is
     * translated into less than this. */
    if (!qemu_args_have(options->extra_args, "accel"))
        add_pair(line, "-accel", "tcg,tb-size=32");
    if (options->is_halted)
        add(line, "-S");
    if (options->icount_shift >= 0) {
        snprintf(line->icount, sizeof(line->icount), "shift=%d,sleep=off", options->icount_shift);
        add_pair(line, "-icount", line->icount);
    }
}

/* A multiplexer's escape character, which it would keep: no byte is that. */
#define NO_ESCAPE "256"

/* The serial line, from the host's pty into the machine.
 *
 * Most of QEMU's UARTs take a byte at a time: each passes between two of its threads. With a
 * multiplexer in front of it, which has a buffer of 32 bytes, a UART gets the next byte as soon as
 * its firmware has read one: a third of the time where it holds one byte. Those that take all that
 * their FIFO has room for are faster without. */
static void add_line(struct command_line *line, const struct emulator_options *options)
{
    const struct machine *machine = options->machine;
    bool buffered = line_args_want_buffer(machine->uart_driver, options->qemu_version);
    snprintf(line->serial_chardev, sizeof(line->serial_chardev), "serial,id=serial%s,path=%s",
             buffered ? ",mux=on" : "", options->serial_path);
    add_pair(line, "-chardev", line->serial_chardev);
    add_list(line, (const char *const *)machine->line_args);
    if (buffered)
        add_pair(line, "-echr", NO_ESCAPE);
}

/* Nothing but what the board's definition names: no default devices, no configuration files. */
bool command_line_make(const struct emulator_options *options, int qmp_fd,
                       struct command_line *line, struct error *err)
{
    const struct machine *machine = options->machine;
    const char *const *machine_args = (const char *const *)machine->qemu_args;
    const char *const *line_args = (const char *const *)machine->line_args;
    size_t capacity = FIXED_ARGS + add_list(NULL, machine_args) + add_list(NULL, line_args) +
                      add_list(NULL, options->extra_args);
    line->items = calloc(capacity, sizeof(*line->items));
    if (!line->items)
        return error_no_memory(err, "QEMU's command line", capacity * sizeof(*line->items));
    snprintf(line->qmp_chardev, sizeof(line->qmp_chardev), "socket,id=qmp,fd=%d", qmp_fd);
    add(line, machine->qemu_program);
    add_pair(line, "-machine", machine->qemu_machine);
    add(line, "-nodefaults");
    add(line, "-no-user-config");
    add_pair(line, "-display", "none");
    add_pair(line, "-chardev", line->qmp_chardev);
    add_pair(line, "-mon", "chardev=qmp,mode=control");
    add_line(line, options);
    add_optional(line, options);
    add_list(line, machine_args);
    add_pair(line, "-kernel", options->firmware_path);
    add_list(line, options->extra_args);
    return true;
}

void command_line_show(const struct command_line *line)
{
    char shown[PATH_MAX];
    fputs("qemu:", stderr);
    for (size_t i = 0; i < line->count; i++)
        fprintf(stderr, " %s", text_printable(line->items[i], shown, sizeof(shown)));
    fputc('\n', stderr);
}
