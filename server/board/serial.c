#include "board/board.h"
#include "board/board_state.h"
#include "board/diagnosis/death.h"
#include "board/diagnosis/interrupts.h"
#include "board/loop.h"
#include "board/power.h"

static bool check_open(const struct board *board, struct error *err)
{
    if (!board->open)
        return error_set(err, ERROR_STATE, 0,
                         "the transport is not open: call open_transport first");
    return true;
}

/* Where it died of a fault, once: that may be for a memory that the machine has not. */
static bool tell_death(struct board *board, struct error *err)
{
    if (!board->explained && device_log_fault(&board->log)) {
        board->explained = true;
        power_explain_memories(board, &board->cause);
    }
    *err = board->cause;
    return false;
}

/* Now and then in a silence: is it one that nothing will end? */
static bool is_in_vain(struct board *board, struct error *err)
{
    return loop_look_is_due(board) && interrupts_are_missed(board, err);
}

/* Until at least wanted_bytes are kept. */
static bool wait_for_bytes(struct board *board, size_t wanted_bytes, struct deadline deadline,
                           struct error *err)
{
    bool looked = false;
    while (transport_kept(&board->transport) < wanted_bytes) {
        if (board->dead)
            return tell_death(board, err);
        if (looked && !life_is_ending(board) && deadline_passed(deadline))
            return error_set(err, ERROR_TIMEOUT, 0,
                             "%zu of %zu bytes came in time (they stay for the next read)",
                             transport_kept(&board->transport), wanted_bytes);
        if (is_in_vain(board, err) || !loop_turn(board, false, deadline, err))
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
    loop_rest_nudge(board);
}

bool board_write(struct board *board, const void *data, size_t size_bytes, struct deadline deadline,
                 struct error *err)
{
    if (!check_open(board, err))
        return false;
    const uint8_t *next = data;
    size_t left = size_bytes;
    for (;;) {
        if (board->dead)
            return tell_death(board, err);
        size_t written = left > 0 ? transport_write(&board->transport, next, left) : 0;
        next += written;
        left -= written;
        if (written > 0)
            note_sent(board);
        if (left == 0)
            return true;
        if (written == 0 && !life_is_ending(board) && deadline_passed(deadline))
            return error_set(err, ERROR_TIMEOUT, 0, "the board took %zu of %zu bytes in time",
                             size_bytes - left, size_bytes);
        if (is_in_vain(board, err) || !loop_turn(board, true, deadline, err))
            return false;
    }
}
