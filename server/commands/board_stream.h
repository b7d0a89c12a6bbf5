/* A board in this process as the byte stream that a session runs over. */
#ifndef MICROTVM_QEMU_COMMANDS_BOARD_STREAM_H
#define MICROTVM_QEMU_COMMANDS_BOARD_STREAM_H

#include "base/error.h"
#include "board/board.h"
#include "client/link.h"

#include <stdbool.h>

struct board_stream {
    struct board *board; /* not owned; open */
    /* The firmware's log, a line at a time; may be NULL. */
    void (*on_log)(void *context, const char *line);
    void *context;
    bool failed; /* the board itself said why: its text has the log already */
};

/* What link_open wants; stream outlives it. */
struct link_stream board_stream_link(struct board_stream *stream);

/* Add what the firmware said last, and after a time-out what it does instead of answering, to the
 * text of an error that lacks it. Always returns false. */
bool board_stream_add_log(const struct board_stream *stream, struct error *err);

#endif
