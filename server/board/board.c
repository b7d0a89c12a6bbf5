#include "board/board.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "board/board_state.h"
#include "board/diagnosis/hang.h"
#include "board/loop.h"
#include "board/power.h"
#include "board/qemu/qemu_args.h"

#include <string.h>

static bool copy_args(const char *const *args, char ***ret_copy, struct error *err)
{
    size_t count = 0;
    while (args && args[count])
        count++;
    char **copy = calloc(count + 1, sizeof(*copy));
    if (!copy)
        return error_no_memory(err, "QEMU's arguments", (count + 1) * sizeof(*copy));
    *ret_copy = copy; /* the board owns it, whole or not */
    for (size_t i = 0; i < count; i++)
        if (!(copy[i] = strdup(args[i])))
            return error_no_memory(err, "QEMU's arguments", strlen(args[i]));
    return true;
}

static bool copy_options(struct board *board, const struct board_options *options,
                         struct error *err)
{
    board->machine = options->machine;
    board->interrupt = options->interrupt;
    board->gdbserver_port = options->gdbserver_port;
    board->icount_shift = options->icount_shift;
    board->debug = options->debug;
    board->backlog_bytes = BOARD_BACKLOG_BYTES;
    board->boot_timeout_ms =
        options->boot_timeout_ms > 0 ? options->boot_timeout_ms : BOARD_BOOT_TIMEOUT_MS;
    board->flash_path = strdup(options->flash_path);
    if (!board->flash_path)
        return error_no_memory(err, "the flash's path", strlen(options->flash_path));
    return qemu_args_check(options->extra_qemu_args, err) &&
           copy_args(options->extra_qemu_args, &board->extra_args, err);
}

bool board_new(const struct board_options *options, struct board **ret_board, struct error *err)
{
    struct board *board = calloc(1, sizeof(*board));
    if (!board)
        return error_no_memory(err, "a board", sizeof(*board));
    board->emulator = EMULATOR_NONE;
    board->transport = TRANSPORT_NONE;
    board->nudge_at = deadline_never();
    board->ends_by = deadline_never();
    device_log_init(&board->log);
    if (!copy_options(board, options, err)) {
        board_free(board);
        return false;
    }
    *ret_board = board;
    return true;
}

void board_free(struct board *board)
{
    if (!board)
        return;
    power_off(board);
    for (size_t i = 0; board->extra_args && board->extra_args[i]; i++)
        free(board->extra_args[i]);
    free(board->extra_args);
    free(board->flash_path);
    free(board);
}

bool board_flash(struct board *board, const char *elf_path, struct error *err)
{
    power_off(board);
    if (!file_copy(elf_path, board->flash_path, err))
        return error_wrap(err, "flashing board \"%s\"", board->machine->name);
    if (!power_on(board, err))
        return false;
    board->fresh = true;
    return true;
}

bool board_is_flashed(const struct board *board)
{
    return access(board->flash_path, R_OK) == 0;
}

bool board_is_open(const struct board *board)
{
    return board->open;
}

/* The boot that flash did, if its firmware is still well. */
static bool use_fresh_boot(struct board *board, struct error *err)
{
    if (!loop_settle(board, err))
        return false;
    if (!board->dead) {
        board->fresh = false;
        return true;
    }
    *err = board->cause;
    err->kind = ERROR_DEVICE;
    power_off(board);
    return error_wrap(err, "board \"%s\" died after it was flashed", board->machine->name);
}

bool board_open(struct board *board, struct error *err)
{
    if (board->open)
        return error_set(err, ERROR_STATE, 0,
                         "the transport is open already: call close_transport first");
    if (!board_is_flashed(board))
        return error_set(err, ERROR_STATE, 0, "board \"%s\" has no firmware: call flash first",
                         board->machine->name);
    if (!(board->fresh ? use_fresh_boot(board, err) : power_on(board, err)))
        return false;
    board->open = true;
    return true;
}

void board_close(struct board *board)
{
    if (board->open)
        power_off(board);
}

bool board_explain_timeout(struct board *board, struct error *err)
{
    return hang_explain_timeout(board, err);
}

_Static_assert((int)BOARD_PUMP_FDS == LOOP_FDS, "a caller has room for all that is polled");

int board_pump_fds(const struct board *board, struct pollfd *fds)
{
    return loop_fds(board, fds);
}

void board_pump(struct board *board)
{
    loop_take(board);
}

bool board_counts_instructions(const struct board *board)
{
    return board->icount_shift >= 0;
}

const char *board_qemu_version(const struct board *board)
{
    return board->qemu_version[0] ? board->qemu_version : NULL;
}

const char *board_last_log(const struct board *board)
{
    /* The text is a cache, no state: hence the cast. */
    struct board *cache = (struct board *)board;
    return line_ring_text(&cache->log.lines, cache->log_text, sizeof(cache->log_text));
}
