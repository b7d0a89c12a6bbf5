#include "api/json_text.h"

#include "api/json_scan.h"

#include <stdio.h>

/* How many bytes from `at` on can go into a string as they are. */
static size_t plain_size(const char *at, const char *end)
{
    const char *first = at;
    while (at < end) {
        size_t size = json_utf8_size(at, end);
        if (size == 0 || (unsigned char)*at < ' ' || *at == '"' || *at == '\\' || *at == 0x7f)
            break;
        at += size;
    }
    return (size_t)(at - first);
}

static bool append_escaped(struct buffer *buffer, const char *at, const char *end,
                           struct error *err)
{
    char escape[8];
    if (*at == '"' || *at == '\\')
        snprintf(escape, sizeof(escape), "\\%c", *at);
    else if (*at == '\n')
        snprintf(escape, sizeof(escape), "\\n");
    else if (json_utf8_size(at, end) == 0)
        snprintf(escape, sizeof(escape), "\\ufffd");
    else
        snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)(unsigned char)*at);
    return buffer_append_text(buffer, escape, err);
}

bool json_append_string(struct buffer *buffer, const char *text, size_t size_bytes,
                        struct error *err)
{
    const char *at = text;
    const char *end = text + size_bytes;
    if (!buffer_append_text(buffer, "\"", err))
        return false;
    while (at < end) {
        size_t plain = plain_size(at, end);
        if (!buffer_append(buffer, at, plain, err))
            return false;
        at += plain;
        if (at < end && !append_escaped(buffer, at++, end, err))
            return false;
    }
    return buffer_append_text(buffer, "\"", err);
}
