#include "board/board_state.h"

/* A UART that enables its receiver does not wake QEMU's main loop, and then no byte reaches the
 * firmware; a QMP command does wake it. Rare after the first wait: hence ever longer ones. */
enum { NUDGE_FIRST_MS = 20, NUDGE_MAX_MS = 1000 };

enum { PTY, OUTPUT, QMP, PROCESS };

static void rest_nudge(struct board *board)
{
    board->nudge_ms = NUDGE_FIRST_MS;
    board->nudge_at = deadline_in_ms(NUDGE_FIRST_MS);
}

static void nudge(struct board *board)
{
    qmp_nudge(&board->emulator.qmp);
    board->nudge_ms = board->nudge_ms * 2 < NUDGE_MAX_MS ? board->nudge_ms * 2 : NUDGE_MAX_MS;
    board->nudge_at = deadline_in_ms(board->nudge_ms);
}

int board_pump_fds(const struct board *board, struct pollfd *fds)
{
    if (board->emulator.child.pid == 0 || board->dead)
        return 0;
    fds[PTY] = (struct pollfd){.fd = board->transport.fd, .events = POLLIN};
    fds[OUTPUT] = (struct pollfd){.fd = board->emulator.stderr_fd, .events = POLLIN};
    fds[QMP] = (struct pollfd){.fd = board->emulator.qmp.fd, .events = POLLIN};
    fds[PROCESS] = (struct pollfd){.fd = board->emulator.child.pidfd, .events = POLLIN};
    return BOARD_PUMP_FDS;
}

static void take_serial(struct board *board)
{
    uint64_t before = board->transport.received_bytes;
    transport_pump(&board->transport);
    if (board->transport.received_bytes == before)
        return;
    board->moved_ns = clock_now_ns();
    rest_nudge(board);
    emulator_release_record(&board->emulator, board->transport.received_bytes);
}

/* Only what poll has seen: a system call is most of the cost of a small read. */
static void take_in_ready(struct board *board, const struct pollfd *fds)
{
    if (fds[PTY].revents & (POLLIN | POLLHUP | POLLERR))
        take_serial(board);
    if (fds[OUTPUT].revents || fds[QMP].revents)
        emulator_pump(&board->emulator);
    if (fds[PROCESS].revents || board->emulator.qmp.closed || board->transport.hung_up ||
        board->transport.overflowed || board->transport.no_memory)
        death_check(board);
}

void serial_take_in(struct board *board)
{
    struct pollfd fds[BOARD_PUMP_FDS];
    int count = board_pump_fds(board, fds);
    if (count > 0 && poll(fds, (nfds_t)count, 0) > 0)
        take_in_ready(board, fds);
}

bool serial_wait(struct board *board, bool writable, struct deadline deadline, struct error *err)
{
    struct pollfd fds[BOARD_PUMP_FDS];
    int count = board_pump_fds(board, fds);
    if (count == 0) /* dead: nothing will come */
        return true;
    if (writable)
        fds[PTY].events |= POLLOUT;
    int ready = 0;
    if (!wait_ready(fds, count, deadline_earlier(deadline, board->nudge_at), board->interrupt,
                    &ready, err))
        return false;
    if (ready > 0)
        take_in_ready(board, fds);
    else if (deadline_passed(board->nudge_at))
        nudge(board);
    return true;
}

void board_pump(struct board *board)
{
    serial_take_in(board);
}

static bool check_open(const struct board *board, struct error *err)
{
    if (!board->open)
        return error_set(err, ERROR_STATE, 0,
                         "the transport is not open: call open_transport first");
    return true;
}

/* Until at least wanted_bytes are kept. */
static bool wait_for_bytes(struct board *board, size_t wanted_bytes, struct deadline deadline,
                           struct error *err)
{
    bool looked = false;
    while (transport_kept(&board->transport) < wanted_bytes) {
        if (board->dead) {
            *err = board->cause;
            return false;
        }
        if (looked && deadline_passed(deadline))
            return error_set(err, ERROR_TIMEOUT, 0,
                             "%zu of %zu bytes came in time (they stay for the next read)",
                             transport_kept(&board->transport), wanted_bytes);
        if (!serial_wait(board, false, deadline, err))
            return false;
        looked = true;
    }
    return true;
}

bool board_read(struct board *board, void *data, size_t size_bytes, struct deadline deadline,
                struct error *err)
{
    if (!check_open(board, err))
        return false;
    if (size_bytes > BOARD_BACKLOG_BYTES)
        return error_set(err, ERROR_USAGE, 0, "read of %zu bytes: at most %d at a time", size_bytes,
                         BOARD_BACKLOG_BYTES);
    if (size_bytes == 0)
        return true;
    if (!wait_for_bytes(board, size_bytes, deadline, err))
        return false;
    transport_take(&board->transport, data, size_bytes);
    return true;
}

bool board_read_some(struct board *board, void *data, size_t capacity_bytes, size_t *ret_size_bytes,
                     struct deadline deadline, struct error *err)
{
    if (!check_open(board, err))
        return false;
    if (capacity_bytes == 0)
        return error_set(err, ERROR_USAGE, 0, "read into a buffer of 0 bytes");
    if (!wait_for_bytes(board, 1, deadline, err))
        return false;
    size_t kept = transport_kept(&board->transport);
    size_t size = kept < capacity_bytes ? kept : capacity_bytes;
    transport_take(&board->transport, data, size);
    *ret_size_bytes = size;
    return true;
}

static void note_sent(struct board *board)
{
    board->moved_ns = board->asked_ns = clock_now_ns();
    board->asked_received_bytes = board->transport.received_bytes;
    rest_nudge(board);
}

bool board_write(struct board *board, const void *data, size_t size_bytes, struct deadline deadline,
                 struct error *err)
{
    if (!check_open(board, err))
        return false;
    const uint8_t *next = data;
    size_t left = size_bytes;
    for (;;) {
        if (board->dead) {
            *err = board->cause;
            return false;
        }
        size_t written = left > 0 ? transport_write(&board->transport, next, left) : 0;
        next += written;
        left -= written;
        if (written > 0)
            note_sent(board);
        if (left == 0)
            return true;
        if (written == 0 && deadline_passed(deadline))
            return error_set(err, ERROR_TIMEOUT, 0, "the board took %zu of %zu bytes in time",
                             size_bytes - left, size_bytes);
        if (!serial_wait(board, true, deadline, err))
            return false;
    }
}
