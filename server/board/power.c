#include "base/cleanup.h"
#include "board/board_state.h"

#include <string.h>

enum { ESCAPE = 0xff };

static void hear(void *context, const uint8_t *data, size_t size_bytes)
{
    struct board *board = context;
    device_log_take(&board->log, data, size_bytes);
}

/* A firmware that faults at once sends ff 0a first, which no frame and no greeting begins with:
 * then its report and its end follow. */
static bool firmware_speaks(const struct transport *transport)
{
    size_t kept = transport_kept(transport);
    if (kept == 0)
        return false;
    const uint8_t *data = transport->data + transport->start;
    if (data[0] != ESCAPE)
        return true;
    return kept > 1 && data[1] != '\n';
}

static bool wait_for_firmware(struct board *board, struct deadline deadline, struct error *err)
{
    for (;;) {
        if (board->dead) {
            *err = board->cause;
            return false;
        }
        if (firmware_speaks(&board->transport))
            return true;
        if (board->emulator.qmp.refusal[0])
            return error_set(err, ERROR_DEVICE, 0, "QEMU refused to start it: %s",
                             board->emulator.qmp.refusal);
        if (deadline_passed(deadline)) {
            error_set(err, ERROR_DEVICE, 0, "the firmware sent no byte within %d ms",
                      board->boot_timeout_ms);
            return hang_explain(board, err);
        }
        if (!serial_wait(board, false, deadline, err))
            return false;
    }
}

static bool start_emulator(struct board *board, struct deadline deadline, struct error *err)
{
    struct emulator_options options = {.machine = board->machine,
                                       .firmware_path = board->flash_path,
                                       .gdbserver_port = board->gdbserver_port,
                                       .icount_shift = board->icount_shift,
                                       .extra_args = (const char *const *)board->extra_args,
                                       .debug = board->debug};
    cleanup_free char *pty_path = NULL;
    if (!emulator_start(&options, deadline, board->interrupt, &board->emulator, &pty_path, err))
        return false;
    memcpy(board->qemu_version, board->emulator.qmp.version, sizeof(board->qemu_version));
    if (!transport_open(pty_path, BOARD_BACKLOG_BYTES, hear, board, &board->transport, err))
        return false;
    struct qmp_wait wait = board_qmp_wait(board, deadline);
    return emulator_run(&board->emulator, &wait, err);
}

static bool lacks_machine(const struct emulator *emulator)
{
    const struct line_ring *output = &emulator->output;
    for (size_t i = 0; i < output->count; i++)
        if (strstr(line_ring_line(output, i), "unsupported machine type"))
            return true;
    return false;
}

/* Turns what QMP saw of a failing QEMU into what the user needs to know. */
static void explain_start(struct board *board, struct error *err)
{
    if (err->kind != ERROR_DEVICE && err->kind != ERROR_TIMEOUT)
        return;
    err->kind = ERROR_DEVICE;
    enum { LAST_BREATH_MS = 1000 };
    emulator_ended(&board->emulator,
                   deadline_in_ms(board->emulator.qmp.closed ? LAST_BREATH_MS : 0));
    if (lacks_machine(&board->emulator))
        error_set(err, ERROR_TOOL, 0, "%s here has no machine \"%s\"; a newer QEMU may have it",
                  board->machine->qemu_program, board->machine->qemu_machine);
    else
        emulator_last_words(&board->emulator, err);
}

bool power_on(struct board *board, struct error *err)
{
    power_off(board);
    line_ring_clear(&board->emulator.output);
    device_log_init(&board->log);
    board->moved_ns = board->asked_ns = clock_now_ns();
    board->asked_received_bytes = 0;
    board->nudge_at = deadline_never(); /* until something was sent */
    struct deadline deadline = deadline_in_ms(board->boot_timeout_ms);
    bool started = start_emulator(board, deadline, err);
    if (!started)
        explain_start(board, err);
    if (started && wait_for_firmware(board, deadline, err))
        return true;
    power_off(board);
    if (err->kind == ERROR_CLOSED)
        err->kind = ERROR_DEVICE;
    return error_wrap(err, "board \"%s\" did not boot", board->machine->name);
}

void power_off(struct board *board)
{
    /* The line first: QEMU drops what it cannot send, instead of blocking on it. */
    transport_close(&board->transport);
    emulator_stop(&board->emulator);
    board->emulator.ended = false;
    board->open = false;
    board->fresh = false;
    board->dead = false;
}
