#include "commands/board_stream.h"

static bool stream_read(void *context, void *data, size_t capacity_bytes, size_t least_bytes,
                        size_t *ret_size_bytes, struct deadline deadline, struct error *err)
{
    struct board_stream *stream = context;
    (void)least_bytes;
    if (board_read_some(stream->board, data, capacity_bytes, ret_size_bytes, deadline, err))
        return true;
    stream->failed = err->kind != ERROR_TIMEOUT;
    return false;
}

static bool stream_write(void *context, const void *data, size_t size_bytes,
                         struct deadline deadline, struct error *err)
{
    struct board_stream *stream = context;
    if (board_write(stream->board, data, size_bytes, deadline, err))
        return true;
    stream->failed = err->kind != ERROR_TIMEOUT;
    return false;
}

static void stream_log(void *context, const char *line)
{
    const struct board_stream *stream = context;
    if (stream->on_log)
        stream->on_log(stream->context, line);
}

struct link_stream board_stream_link(struct board_stream *stream)
{
    return (struct link_stream){
        .context = stream,
        .read = stream_read,
        .write = stream_write,
        .log = stream_log,
    };
}

bool board_stream_add_log(const struct board_stream *stream, struct error *err)
{
    bool of_device = err->kind == ERROR_DEVICE || err->kind == ERROR_TIMEOUT;
    if (stream->failed || !of_device)
        return false;
    if (err->kind == ERROR_TIMEOUT)
        board_explain_timeout(stream->board, err);
    const char *log = board_last_log(stream->board);
    if (log && log[0] != '\0')
        return error_append(err, "last lines of the firmware's log:\n%s", log);
    return false;
}
