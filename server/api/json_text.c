#include "api/json_text.h"

#include <stdio.h>

size_t json_utf8_size(const char *at, const char *end)
{
    const unsigned char *byte = (const unsigned char *)at;
    size_t left = (size_t)(end - at);
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    size_t size = 0;

    if (byte[0] < 0x80)
        return 1;
    if (byte[0] >= 0xc2 && byte[0] <= 0xdf)
        size = 2;
    else if (byte[0] >= 0xe0 && byte[0] <= 0xef)
        size = 3;
    else if (byte[0] >= 0xf0 && byte[0] <= 0xf4)
        size = 4;
    if (size == 0 || left < size)
        return 0;
    if (byte[0] == 0xe0)
        low = 0xa0;
    else if (byte[0] == 0xed)
        high = 0x9f;
    else if (byte[0] == 0xf0)
        low = 0x90;
    else if (byte[0] == 0xf4)
        high = 0x8f;
    if (byte[1] < low || byte[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++)
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
    return size;
}

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
