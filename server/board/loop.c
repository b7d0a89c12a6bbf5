#include "board/loop.h"

#include "board/diagnosis/death.h"

/* A UART that enables its receiver does not wake QEMU's main loop, and then no byte reaches the
 * firmware; a QMP command does wake it. Rare after the first wait: hence ever longer ones. */
enum { NUDGE_FIRST_MS = 20, NUDGE_MAX_MS = 1000 };

enum { PTY, OUTPUT, QMP, PROCESS };

/* Nearly every answer has come by then. */
static const int64_t LOOK_FIRST_NS = (int64_t)1000 * 1000 * 1000;

void loop_rest_nudge(struct board *board)
{
    board->look_ns = LOOK_FIRST_NS;
    board->nudge_ms = NUDGE_FIRST_MS;
    board->nudge_at = deadline_in_ms(NUDGE_FIRST_MS);
}

bool loop_look_is_due(struct board *board)
{
    int64_t quiet_ns = clock_now_ns() - board->moved_ns;
    if (quiet_ns < board->look_ns || life_is_ending(board))
        return false;
    board->look_ns = 2 * quiet_ns;
    return true;
}

static void nudge(struct board *board)
{
    qmp_nudge(&board->emulator.qmp);
    board->nudge_ms = board->nudge_ms * 2 < NUDGE_MAX_MS ? board->nudge_ms * 2 : NUDGE_MAX_MS;
    board->nudge_at = deadline_in_ms(board->nudge_ms);
}

int loop_fds(const struct board *board, struct pollfd *fds)
{
    const struct emulator *emulator = &board->emulator;
    const struct transport *transport = &board->transport;
    if (emulator->child.pid == 0 || board->dead)
        return 0;
    /* One that has hung up would be ready for ever. */
    fds[PTY] = (struct pollfd){.fd = transport->hung_up ? -1 : transport->fd, .events = POLLIN};
    fds[OUTPUT] = (struct pollfd){.fd = emulator->stderr_fd, .events = POLLIN};
    fds[QMP] =
        (struct pollfd){.fd = emulator->qmp.closed ? -1 : emulator->qmp.fd, .events = POLLIN};
    fds[PROCESS] = (struct pollfd){.fd = emulator->child.pidfd, .events = POLLIN};
    return LOOP_FDS;
}

static void take_serial(struct board *board)
{
    uint64_t before = board->transport.received_bytes;
    transport_pump(&board->transport);
    if (board->transport.received_bytes == before)
        return;
    board->moved_ns = clock_now_ns();
    loop_rest_nudge(board);
}

/* Each state gets what poll has seen for it, and no more: a system call is most of the cost of a
 * small read. */
static void feed(struct board *board, const struct pollfd *fds)
{
    if (fds[PTY].revents & (POLLIN | POLLHUP | POLLERR))
        take_serial(board);
    if (fds[OUTPUT].revents)
        emulator_take_output(&board->emulator);
    if (fds[QMP].revents)
        qmp_take_in(&board->emulator.qmp);
    life_take(board, fds[PROCESS].revents != 0);
}

bool loop_turn(struct board *board, bool for_room, struct deadline deadline, struct error *err)
{
    struct pollfd fds[LOOP_FDS];
    int count = loop_fds(board, fds);
    if (count == 0) /* off or dead: nothing will come */
        return true;
    if (for_room)
        fds[PTY].events = POLLIN | POLLOUT;
    struct deadline wake =
        life_is_ending(board) ? board->ends_by : deadline_earlier(deadline, board->nudge_at);
    int ready = 0;
    if (!wait_ready(fds, count, wake, board->interrupt, &ready, err))
        return false;
    if (ready == 0 && deadline_passed(board->nudge_at))
        nudge(board);
    feed(board, fds);
    return true;
}

void loop_take(struct board *board)
{
    struct pollfd fds[LOOP_FDS];
    int count = loop_fds(board, fds);
    if (count > 0 && poll(fds, (nfds_t)count, 0) >= 0)
        feed(board, fds);
}

bool loop_settle(struct board *board, struct error *err)
{
    loop_take(board);
    while (!board->dead && life_is_ending(board))
        if (!loop_turn(board, false, deadline_never(), err))
            return false;
    return true;
}
