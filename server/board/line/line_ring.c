#include "board/line/line_ring.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ASCII_END = 0x80, DELETE = 0x7f };

/* Length of the UTF-8 sequence that starts with this byte, 0 when none does. */
static size_t sequence_length(unsigned char byte)
{
    if (byte < ASCII_END)
        return 1;
    if (byte >= 0xc2 && byte < 0xe0)
        return 2;
    if ((byte & 0xf0) == 0xe0)
        return 3;
    return byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
}

/* Bytes of a valid character here, 0 for none. Overlong forms and surrogates count as none. */
static size_t character(const unsigned char *text, size_t left)
{
    size_t length = sequence_length(text[0]);
    if (length == 0 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
    bool outside = (text[0] == 0xed && text[1] >= 0xa0) || (text[0] == 0xf4 && text[1] >= 0x90);
    return overlong || outside ? 0 : length;
}

/* These lines end up in JSON and on terminals: nothing in them may break either. */
static void make_printable(char *line, size_t length)
{
    size_t i = 0;
    while (i < length) {
        unsigned char byte = (unsigned char)line[i];
        size_t size = character((const unsigned char *)line + i, length - i);
        bool control = (byte < ' ' && byte != '\t') || byte == DELETE;
        if (size == 0 || control)
            line[i] = '?';
        i += size == 0 ? 1 : size;
    }
}

void line_ring_end_line(struct line_ring *ring)
{
    static const char more[] = "...";
    size_t length = ring->length;
    if (length == 0)
        return;
    ring->length = 0;
    ring->unfinished[length] = '\0';
    if (length == LINE_RING_LINE_BYTES - 1)
        memcpy(ring->unfinished + length - (sizeof(more) - 1), more, sizeof(more));
    size_t slot = (ring->first + ring->count) % LINE_RING_LINES;
    if (ring->count < LINE_RING_LINES)
        ring->count++;
    else
        ring->first = (ring->first + 1) % LINE_RING_LINES;
    ring->lengths[slot] = length;
    memcpy(ring->lines[slot], ring->unfinished, length + 1);
}

/* Bytes with no newline among them. */
static void add_part(struct line_ring *ring, const char *data, size_t size_bytes)
{
    const char *end = data + size_bytes;
    while (data < end && ring->length < LINE_RING_LINE_BYTES - 1) {
        size_t run = LINE_RING_LINE_BYTES - 1 - ring->length;
        if (run > (size_t)(end - data))
            run = (size_t)(end - data);
        const char *left_out = memchr(data, '\r', run);
        if (left_out)
            run = (size_t)(left_out - data);
        memcpy(ring->unfinished + ring->length, data, run);
        ring->length += run;
        data += run + (left_out ? 1 : 0);
    }
}

void line_ring_add(struct line_ring *ring, const char *data, size_t size_bytes)
{
    const char *end = data + size_bytes;
    while (data < end) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        add_part(ring, data, (size_t)((newline ? newline : end) - data));
        if (!newline)
            return;
        line_ring_end_line(ring);
        data = newline + 1;
    }
}

void line_ring_clear(struct line_ring *ring)
{
    ring->first = 0;
    ring->count = 0;
    ring->length = 0;
}

/* Only now: of what goes by, few lines are ever read. What is printable stays as it is. */
const char *line_ring_line(struct line_ring *ring, size_t index)
{
    size_t slot = (ring->first + index) % LINE_RING_LINES;
    make_printable(ring->lines[slot], ring->lengths[slot]);
    return ring->lines[slot];
}

char *line_ring_text(struct line_ring *ring, char *buffer, size_t buffer_size_bytes)
{
    size_t start = ring->count;
    size_t needed = 0;
    while (start > 0) {
        size_t length = strlen(line_ring_line(ring, start - 1)) + 1;
        if (needed + length > buffer_size_bytes)
            break;
        needed += length;
        start--;
    }
    char *end = buffer;
    *end = '\0';
    for (size_t i = start; i < ring->count; i++) {
        if (i > start)
            *end++ = '\n';
        end = stpcpy(end, line_ring_line(ring, i));
    }
    return buffer;
}
