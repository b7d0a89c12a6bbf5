#include "unit/client/played_line.h"

#include <stdio.h>
#include <string.h>

static bool play(void *context, void *data, size_t capacity_bytes, size_t least_bytes,
                 size_t *ret_size_bytes, struct deadline deadline, struct error *error)
{
    struct played_line *line = context;
    if (!line->says[0] && line->repeats)
        line->says = line->repeats;
    size_t size = strlen(line->says);
    (void)least_bytes;
    (void)deadline;
    if (size == 0)
        return error_set(error, ERROR_TIMEOUT, 0, "nothing more");
    size = size < line->piece ? size : line->piece;
    size = size < capacity_bytes ? size : capacity_bytes;
    memcpy(data, line->says, size);
    line->says += size;
    *ret_size_bytes = size;
    return true;
}

static bool hear(void *context, const void *data, size_t size_bytes, struct deadline deadline,
                 struct error *error)
{
    struct played_line *line = context;
    size_t used = strlen(line->heard);
    (void)deadline;
    (void)error;
    snprintf(line->heard + used, sizeof(line->heard) - used, "%.*s", (int)size_bytes,
             (const char *)data);
    return true;
}

static void keep_log(void *context, const char *text)
{
    struct played_line *line = context;
    size_t used = strlen(line->log);
    snprintf(line->log + used, sizeof(line->log) - used, "%s\n", text);
}

struct link_stream played_line_stream(struct played_line *line)
{
    return (struct link_stream){.context = line, .read = play, .write = hear, .log = keep_log};
}
