#include "board/power.h"

#include "board/diagnosis/death.h"
#include "board/diagnosis/hang.h"
#include "board/diagnosis/memories.h"
#include "board/loop.h"
#include "board/qemu/line_args.h"
#include "board/qemu/threads.h"

#include <stdlib.h>
#include <string.h>

enum { ESCAPE = 0xff, MEMORIES_TIMEOUT_MS = 5000 };

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

static bool explain_silence(struct board *board, struct error *err)
{
    if (!board->emulator.qmp.greeted) {
        const struct threads none = {.at_ns = board->asked_ns};
        error_set(err, ERROR_DEVICE, 0, "QEMU does not answer");
        threads_explain(board->emulator.child.pid, &none, err);
        emulator_last_words(&board->emulator, err);
        return false;
    }
    error_set(err, ERROR_DEVICE, 0, "the firmware sent no byte within %d ms",
              board->boot_timeout_ms);
    return hang_explain(board, err);
}

/* When it is looked at next whether more waiting is in vain. */
static struct deadline look_at(const struct board *board)
{
    return deadline_in_ns(board->moved_ns + board->look_ns - clock_now_ns());
}

static bool is_in_vain(struct board *board, struct error *err)
{
    return board->emulator.qmp.greeted && loop_look_is_due(board) &&
           board->transport.received_bytes == 0 && hang_is_certain(board, err);
}

static bool wait_for_firmware(struct board *board, struct deadline deadline, struct error *err)
{
    for (;;) {
        if (board->dead) {
            *err = board->cause;
            return false;
        }
        if (board->emulator.qmp.greeted && firmware_speaks(&board->transport)) {
            memcpy(board->qemu_version, board->emulator.qmp.version, sizeof(board->qemu_version));
            return true;
        }
        if (!life_is_ending(board) && deadline_passed(deadline))
            return explain_silence(board, err);
        if (is_in_vain(board, err) ||
            !loop_turn(board, false, deadline_earlier(deadline, look_at(board)), err))
            return false;
    }
}

static bool start_emulator(struct board *board, bool is_halted, struct deadline deadline,
                           struct error *err)
{
    struct transport *line = &board->transport;
    if (!transport_open(board->backlog_bytes, hear, board, line, err))
        return false;
    struct emulator_options options = {.machine = board->machine,
                                       .firmware_path = board->flash_path,
                                       .serial_path = line->path,
                                       .serial_fd = line->slave_fd,
                                       .qemu_version = board->qemu_version,
                                       .gdbserver_port = board->gdbserver_port,
                                       .icount_shift = board->icount_shift,
                                       .is_halted = is_halted,
                                       .extra_args = (const char *const *)board->extra_args,
                                       .debug = board->debug};
    if (!emulator_start(&options, deadline, board->interrupt, &board->emulator, err))
        return false;
    transport_hand_over(line);
    return true;
}

/* The last line of QEMU's with that text; NULL: there is none. */
static const char *said(struct emulator *emulator, const char *text)
{
    struct line_ring *output = &emulator->output;
    for (size_t i = output->count; i-- > 0;)
        if (strstr(line_ring_line(output, i), text))
            return line_ring_line(output, i);
    return NULL;
}

/* QEMU ended: may that be because it is too old, or made without a part? */
static void explain_lack(struct board *board, struct error *err)
{
    const struct machine *machine = board->machine;
    const char *device = said(&board->emulator, "is not a valid device model name");
    if (said(&board->emulator, "unsupported machine type"))
        error_set(err, ERROR_TOOL, 0, "%s here has no machine \"%s\"; a newer QEMU may have it",
                  machine->qemu_program, machine->qemu_machine);
    else if (device)
        error_set(err, ERROR_TOOL, 0,
                  "%s here lacks a device that the board is made of; another "
                  "QEMU may have it\n  %s",
                  machine->qemu_program, device);
}

static bool start(struct board *board, bool is_halted, struct deadline deadline, struct error *err)
{
    power_off(board);
    line_ring_clear(&board->emulator.output);
    device_log_init(&board->log);
    board->explained = false;
    board->moved_ns = board->asked_ns = clock_now_ns();
    board->asked_received_bytes = 0;
    loop_rest_nudge(board);
    board->nudge_at = deadline_never(); /* until something was sent */
    return start_emulator(board, is_halted, deadline, err);
}

static bool boot(struct board *board, struct deadline deadline, struct error *err)
{
    return start(board, false, deadline, err) && wait_for_firmware(board, deadline, err);
}

/* The same machine, for questions. */
static struct board *make_twin(const struct board *board)
{
    struct board *twin = calloc(1, sizeof(*twin));
    if (!twin)
        return NULL;
    twin->machine = board->machine;
    twin->interrupt = board->interrupt;
    twin->flash_path = board->flash_path;
    twin->extra_args = board->extra_args;
    twin->icount_shift = -1;
    twin->backlog_bytes = board->backlog_bytes;
    memcpy(twin->qemu_version, board->qemu_version, sizeof(twin->qemu_version));
    twin->emulator = EMULATOR_NONE;
    twin->transport = TRANSPORT_NONE;
    twin->ends_by = deadline_never();
    return twin;
}

void power_explain_memories(const struct board *board, struct error *err)
{
    struct error ignored; /* it has started a moment ago */
    struct deadline deadline = deadline_in_ms(MEMORIES_TIMEOUT_MS);
    struct board *twin = make_twin(board);
    if (twin && start(twin, true, deadline, &ignored))
        memories_explain(twin, deadline, err);
    if (twin)
        power_off(twin);
    free(twin);
}

/* QEMU's version is known when it is up, and may be one that is to be started otherwise. */
static bool boot_as_its_version(struct board *board, struct error *err)
{
    const char *driver = board->machine->uart_driver;
    bool buffered = line_args_want_buffer(driver, board->qemu_version);
    struct deadline deadline = deadline_in_ms(board->boot_timeout_ms);
    if (!boot(board, deadline, err))
        return false;
    return line_args_want_buffer(driver, board->qemu_version) == buffered ||
           boot(board, deadline, err);
}

bool power_on(struct board *board, struct error *err)
{
    if (boot_as_its_version(board, err))
        return true;
    if (board->dead)
        explain_lack(board, err);
    bool was_up = board->dead || board->emulator.qmp.greeted;
    power_off(board);
    /* A firmware that is placed where nothing is says as little as one that hangs. */
    if (was_up && (err->kind == ERROR_CLOSED || err->kind == ERROR_DEVICE))
        power_explain_memories(board, err);
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
    board->ends_by = deadline_never();
}
