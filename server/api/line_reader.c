#include "api/line_reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE_BYTES = 64 * 1024 }; /* what a pipe holds */

/* The newline of the next line, or NULL. */
static char *find_newline(struct line_reader *reader)
{
    size_t unsearched = reader->buffer.size_bytes - reader->searched;
    char *from = reader->buffer.data + reader->searched;
    char *newline = unsearched > 0 ? memchr(from, '\n', unsearched) : NULL;
    reader->searched =
        newline ? (size_t)(newline - reader->buffer.data) : reader->buffer.size_bytes;
    return newline;
}

bool line_reader_has_line(struct line_reader *reader)
{
    return reader->ended || (reader->buffer.data && find_newline(reader));
}

bool line_reader_next(struct line_reader *reader, char **ret_line, size_t *ret_size_bytes)
{
    if (!reader->buffer.data)
        return false;
    char *line = reader->buffer.data + reader->start;
    char *newline = find_newline(reader);
    if (!newline) {
        if (!reader->ended || reader->start == reader->buffer.size_bytes)
            return false;
        newline = reader->buffer.data + reader->buffer.size_bytes; /* fill left a byte of room */
    }
    *newline = '\0';
    *ret_line = line;
    *ret_size_bytes = (size_t)(newline - line);
    reader->start += *ret_size_bytes + 1;
    if (reader->start > reader->buffer.size_bytes)
        reader->start = reader->buffer.size_bytes;
    reader->searched = reader->start;
    return true;
}

/* Move an unfinished line to the front, so that the buffer does not grow with time. */
static void compact(struct line_reader *reader)
{
    size_t left = reader->buffer.size_bytes - reader->start;
    if (reader->start == 0)
        return;
    memmove(reader->buffer.data, reader->buffer.data + reader->start, left);
    reader->buffer.size_bytes = left;
    reader->searched -= reader->start;
    reader->start = 0;
}

bool line_reader_fill(struct line_reader *reader, struct error *err)
{
    compact(reader);
    if (reader->buffer.size_bytes > LINE_MAX_BYTES)
        return error_set(err, ERROR_PARSE, 0,
                         "a request of more than %zu bytes: a line that long is no request",
                         LINE_MAX_BYTES);
    if (!buffer_reserve(&reader->buffer, READ_SIZE_BYTES + 1, err))
        return false;
    ssize_t got =
        read(reader->fd, reader->buffer.data + reader->buffer.size_bytes, READ_SIZE_BYTES);
    if (got < 0) {
        if (errno == EINTR || errno == EAGAIN)
            return true;
        return error_set(err, ERROR_SYSTEM, errno, "reading requests from descriptor %d",
                         reader->fd);
    }
    reader->ended = got == 0;
    reader->buffer.size_bytes += (size_t)got;
    return true;
}

void line_reader_dispose(struct line_reader *reader)
{
    buffer_dispose(&reader->buffer);
    reader->start = 0;
    reader->searched = 0;
}
