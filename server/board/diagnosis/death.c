#include "board/diagnosis/death.h"

#include "board/diagnosis/fault.h"

enum {
    LAST_BREATH_MS = 1000, /* from a closed pty or control socket to the end of the process */
    SOURCE_BYTES = 512,
};

struct source_code board_source_code(const struct board *board)
{
    return (struct source_code){.toolchain_prefix = board->machine->toolchain_prefix,
                                .elf_path = board->flash_path,
                                .interrupt = board->interrupt};
}

const char *death_source(const struct board *board, const char *text, char *buffer,
                         size_t buffer_size_bytes)
{
    uint64_t pc = 0;
    if (!fault_find_pc(text, &pc)) {
        buffer[0] = '\0';
        return buffer;
    }
    const struct source_code code = board_source_code(board);
    return fault_source_line(&code, pc, buffer, buffer_size_bytes);
}

static void append_log(struct board *board, struct error *err)
{
    struct line_ring *lines = &board->log.lines;
    if (lines->count > 0)
        error_append(err, "the board's last lines:");
    for (size_t i = 0; i < lines->count; i++)
        error_append(err, "  %s", line_ring_line(lines, i));
}

/* QEMU's dump of registers names the pc where the firmware itself could not say a word. */
static void append_dumped_pc(struct board *board, struct error *err)
{
    char source[SOURCE_BYTES];
    struct line_ring *output = &board->emulator.output;
    for (size_t i = 0; i < output->count; i++) {
        death_source(board, line_ring_line(output, i), source, sizeof(source));
        if (source[0] == '\0')
            continue;
        error_append(err, "the CPU stood at %s", source);
        return;
    }
}

static void explain_end(struct board *board)
{
    struct error *cause = &board->cause;
    char source[SOURCE_BYTES];
    const char *fault = device_log_fault(&board->log);
    if (fault) {
        death_source(board, fault, source, sizeof(source));
        error_set(cause, ERROR_CLOSED, 0, "the firmware died: %s", fault);
        if (source[0])
            error_append(cause, "  %s %s", fault_relation(fault), source);
    } else {
        error_set(cause, ERROR_CLOSED, 0, "the board is gone: QEMU ended");
    }
    emulator_last_words(&board->emulator, cause);
    if (!fault)
        append_dumped_pc(board, cause);
    append_log(board, cause);
}

static void declare_dead(struct board *board)
{
    emulator_stop(&board->emulator);
    board->dead = true;
}

static void check_memory(struct board *board)
{
    const struct transport *transport = &board->transport;
    if (!transport->overflowed && !transport->no_memory)
        return;
    error_set(&board->cause, ERROR_CLOSED, 0,
              transport->no_memory
                  ? "the board was stopped: no memory left for what it sent (%zu bytes unread)"
                  : "the board was stopped: it sent %zu bytes that nobody read",
              transport_kept(transport));
    append_log(board, &board->cause);
    declare_dead(board);
}

static void check_channels(struct board *board)
{
    const struct qmp *qmp = &board->emulator.qmp;
    bool hung_up = board->transport.hung_up;
    if (!qmp->failure[0] && !hung_up && !qmp->closed)
        return;
    if (!qmp->failure[0] && !life_is_ending(board))
        board->ends_by = deadline_in_ms(LAST_BREATH_MS);
    if (!qmp->failure[0] && !deadline_passed(board->ends_by))
        return;
    if (qmp->failure[0])
        error_set(&board->cause, ERROR_CLOSED, 0, "%s", qmp->failure);
    else
        error_set(&board->cause, ERROR_CLOSED, 0, "QEMU closed %s, but did not end",
                  hung_up ? "the serial line" : "its control socket");
    emulator_last_words(&board->emulator, &board->cause);
    append_log(board, &board->cause);
    declare_dead(board);
}

void life_take(struct board *board, bool process_ended)
{
    if (process_ended && emulator_ended(&board->emulator)) {
        transport_drain(&board->transport);
        line_ring_end_line(&board->log.lines);
        explain_end(board);
        declare_dead(board);
        return;
    }
    check_channels(board);
    if (!board->dead)
        check_memory(board);
}
