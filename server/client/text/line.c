#include "client/text/line.h"

#include <stdlib.h>
#include <string.h>

enum { READ_LEAST_BYTES = 4096 };

struct deadline text_line_deadline(const struct text_line *line)
{
    return line->timeout_ms > 0 ? deadline_in_ms(line->timeout_ms) : deadline_never();
}

bool text_line_send(struct text_line *line, const char *command, struct error *err)
{
    return line->stream.write(line->stream.context, command, strlen(command),
                              text_line_deadline(line), err);
}

static bool grow(struct text_line *line, struct error *err)
{
    if (line->capacity - line->size >= READ_LEAST_BYTES)
        return true;
    size_t capacity = 2 * line->capacity + READ_LEAST_BYTES;
    char *text = realloc(line->text, capacity);
    if (!text)
        return error_no_memory(err, "a line of the firmware", capacity);
    line->text = text;
    line->capacity = capacity;
    return true;
}

static void drop_taken(struct text_line *line)
{
    line->size -= line->taken;
    if (line->size > 0)
        memmove(line->text, line->text + line->taken, line->size);
    line->taken = 0;
}

/* A deadline is for an answer, which may be several lines away: one that is passed ends a firmware
 * that prints and prints, too. */
static bool receive(struct text_line *line, struct deadline deadline, struct error *err)
{
    size_t got = 0;
    if (deadline_passed(deadline))
        return error_set(err, ERROR_TIMEOUT, 0, "no line came in time");
    if (!grow(line, err) || !line->stream.read(line->stream.context, line->text + line->size,
                                               line->capacity - line->size, 1, &got, deadline, err))
        return false;
    line->size += got;
    return true;
}

bool text_line_read(struct text_line *line, struct deadline deadline, char **ret_text,
                    size_t *ret_length, struct error *err)
{
    size_t looked = 0;
    drop_taken(line);
    for (;;) {
        char *newline =
            line->size > looked ? memchr(line->text + looked, '\n', line->size - looked) : NULL;
        if (newline) {
            size_t length = (size_t)(newline - line->text);
            line->taken = length + 1;
            if (length > 0 && line->text[length - 1] == '\r')
                length--;
            line->text[length] = '\0';
            *ret_text = line->text;
            *ret_length = length;
            return true;
        }
        looked = line->size;
        if (!receive(line, deadline, err))
            return false;
    }
}

void text_line_log(const struct text_line *line, const char *text)
{
    if (line->stream.log)
        line->stream.log(line->stream.context, text);
}

void text_line_dispose(struct text_line *line)
{
    free(line->text);
    *line = (struct text_line){.text = NULL};
}
