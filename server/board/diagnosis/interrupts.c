#include "board/diagnosis/interrupts.h"

#include "base/cleanup.h"
#include "board/diagnosis/death.h"
#include "board/diagnosis/monitor.h"
#include "board/diagnosis/pending.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    /* No more than what a firmware of ours says by itself when it starts and a part of an answer.
     */
    GREETING_BYTES = 20,
    LOOK_TIMEOUT_MS = 1000,
    SOURCE_BYTES = 512,
};

bool interrupts_has_answered(const struct board *board)
{
    return board->transport.received_bytes > GREETING_BYTES;
}

/* Are others pending, and not the one that the firmware waits for? */
static bool is_another(const struct board *board, const struct pending *pending)
{
    char names[PENDING_NAMES_BYTES];
    return pending_names(pending, names) > 0 &&
           !pending_has(pending, board->machine->uart_interrupt);
}

static bool append_lines(const struct board *board, const struct pending *pending,
                         struct error *err)
{
    char names[PENDING_NAMES_BYTES];
    unsigned count = pending_names(pending, names);
    return error_append(err,
                        "it waits for interrupt %" PRIu64
                        ", which \"uart.interrupt\" of its definition is, but interrupt%s %s %s "
                        "pending: mend \"uart.interrupt\"",
                        board->machine->uart_interrupt, count == 1 ? "" : "s", names,
                        count == 1 ? "is" : "are");
}

/* ---- by the UART's own registers ---- */

/* That by which its line is raised when bytes have come. Reading it changes nothing. */
struct uart {
    const char *driver;
    char unit;       /* 'b' or 'w': as wide as the register is */
    unsigned offset; /* from its base */
    unsigned mask;
    bool is_raised_by_0; /* and not by 1 */
};

static const struct uart uarts[] = {
    {"cmsdk", 'w', 0x0c, 1 << 1, false},  {"nrf51", 'w', 0x108, 1 << 0, false},
    {"ns16550", 'b', 0x02, 1 << 0, true}, {"pl011", 'w', 0x40, 5 << 4, false},
    {"stm32", 'w', 0x00, 1 << 5, false},  {"virtio_console", 'w', 0x60, 1 << 0, false},
};

static bool raises_line(struct board *board, struct deadline deadline)
{
    const struct machine *machine = board->machine;
    uint32_t word = 0;
    for (size_t i = 0; i < sizeof(uarts) / sizeof(uarts[0]); i++)
        if (strcmp(uarts[i].driver, machine->uart_driver) == 0)
            return pending_read_values(board, machine->uart_base + uarts[i].offset, 1,
                                       uarts[i].unit, deadline, &word) &&
                   ((word & uarts[i].mask) != 0) != uarts[i].is_raised_by_0;
    return false;
}

static bool sleeps(struct board *board, struct deadline deadline)
{
    cleanup_free char *registers = NULL;
    char source[SOURCE_BYTES];
    struct error ignored; /* not certain, then */
    return monitor_tell(board, "info registers", deadline, &registers, &ignored) &&
           strstr(death_source(board, registers, source, sizeof(source)), CPU_SLEEPS) != NULL;
}

/* The CPU stands. In this order: what raises the line first would be pending when that is read. */
static bool is_missed(struct board *board, struct pending *pending)
{
    struct deadline deadline = deadline_in_ms(MONITOR_STAND_TIMEOUT_MS);
    return raises_line(board, deadline) && pending_read(board, deadline, pending) &&
           is_another(board, pending) && sleeps(board, deadline);
}

bool interrupts_are_missed(struct board *board, struct error *err)
{
    struct pending pending;
    struct error ignored; /* of QMP: whoever uses it next hears of it */
    bool halted = false;
    if (board->dead || !raises_line(board, deadline_in_ms(LOOK_TIMEOUT_MS)) ||
        !monitor_halt(board, deadline_in_ms(MONITOR_STAND_TIMEOUT_MS), &halted, &ignored) ||
        !halted)
        return false;
    bool missed = is_missed(board, &pending);
    monitor_go_on(board, deadline_in_ms(MONITOR_STAND_TIMEOUT_MS), &ignored);
    if (!missed)
        return false;
    error_set(err, ERROR_DEVICE, 0,
              "the board does not take what it is sent: its UART holds it, and its CPU sleeps");
    append_lines(board, &pending, err);
    return true;
}

void interrupts_explain(struct board *board, struct deadline deadline, struct error *err)
{
    struct pending pending;
    const bool is_shown = pending_read(board, deadline, &pending);
    /* A UART may have a second line, for what the firmware takes by the first: pending says nothing
     * there once a byte was taken. */
    if (is_shown && is_another(board, &pending) &&
        !(pending.keeps && interrupts_has_answered(board)))
        append_lines(board, &pending, err);
    else if (!is_shown && raises_line(board, deadline))
        error_append(err,
                     "its UART holds what it was sent, and interrupt %" PRIu64
                     " does not wake it: mend \"uart.interrupt\" of its definition, or "
                     "\"interrupt_controller\"",
                     board->machine->uart_interrupt);
}
