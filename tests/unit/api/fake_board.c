#include "unit/api/fake_board.h"

#include <stdio.h>
#include <string.h>

struct fake_board fake_board;

struct board {
    int unused;
};

static struct board the_board;

bool board_new(const struct board_options *options, struct board **ret_board, struct error *err)
{
    (void)err;
    fake_board.made++;
    fake_board.living++;
    fake_board.options = *options;
    fake_board.qemu_args[0] = '\0';
    size_t length = 0;
    for (const char *const *arg = options->extra_qemu_args; arg && *arg; arg++)
        length +=
            (size_t)snprintf(fake_board.qemu_args + length, sizeof(fake_board.qemu_args) - length,
                             "%s%s", length ? " " : "", *arg);
    *ret_board = &the_board;
    return true;
}

void board_free(struct board *board)
{
    if (board)
        fake_board.living--;
    fake_board.is_open = false;
}

bool board_flash(struct board *board, const char *elf_path, struct error *err)
{
    (void)board;
    (void)elf_path;
    (void)err;
    fake_board.is_flashed = true;
    fake_board.is_open = false;
    return true;
}

bool board_is_flashed(const struct board *board)
{
    (void)board;
    return fake_board.is_flashed;
}

bool board_is_open(const struct board *board)
{
    (void)board;
    return fake_board.is_open;
}

bool board_open(struct board *board, struct error *err)
{
    (void)board;
    (void)err;
    fake_board.is_open = true;
    return true;
}

void board_close(struct board *board)
{
    (void)board;
    fake_board.is_open = false;
}

bool board_read(struct board *board, void *data, size_t size_bytes, struct deadline deadline,
                struct error *err)
{
    (void)board;
    fake_board.deadline = deadline;
    if (!fake_board.is_open)
        return error_set(err, ERROR_STATE, 0, "not open");
    struct pollfd none;
    int ready = 0;
    if (fake_board.held < size_bytes && !wait_ready(&none, 0, deadline, NULL, &ready, err))
        return false;
    if (fake_board.held < size_bytes)
        return error_set(err, ERROR_TIMEOUT, 0, "%zu of %zu bytes", fake_board.held, size_bytes);
    memcpy(data, fake_board.bytes, size_bytes);
    fake_board.held -= size_bytes;
    memmove(fake_board.bytes, fake_board.bytes + size_bytes, fake_board.held);
    return true;
}

bool board_explain_timeout(struct board *board, struct error *err)
{
    (void)board;
    return error_append(err, "it loops");
}

bool board_write(struct board *board, const void *data, size_t size_bytes, struct deadline deadline,
                 struct error *err)
{
    (void)board;
    fake_board.deadline = deadline;
    if (!fake_board.is_open)
        return error_set(err, ERROR_STATE, 0, "not open");
    if (size_bytes > sizeof(fake_board.bytes) - fake_board.held)
        return error_set(err, ERROR_TIMEOUT, 0, "full");
    memcpy(fake_board.bytes + fake_board.held, data, size_bytes);
    fake_board.held += size_bytes;
    return true;
}
