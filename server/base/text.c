#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { LINE_SIZE = 8192, PIECE_SIZE = 512, ESCAPED_SIZE = 4 };

/* How many bytes a whole, shortest-form UTF-8 character at TEXT has; 0: it is none. */
static size_t decode(const unsigned char *text, uint32_t *ret_code)
{
    static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
    if (text[0] < 0x80) {
        *ret_code = text[0];
        return 1;
    }
    size_t size = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] > 0xf4)
        return 0;
    uint32_t code = text[0] & (0xffU >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((text[i] & 0xc0) != 0x80) /* a NUL is no such byte either */
            return 0;
        code = code << 6 | (text[i] & 0x3fU);
    }
    if (code < LEAST[size] || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
        return 0;
    *ret_code = code;
    return size;
}

size_t text_character_size(const char *text)
{
    uint32_t code = 0;
    return decode((const unsigned char *)text, &code);
}

int text_characters(const char *text)
{
    int count = 0;
    for (size_t size = 0; *text; text += size > 0 ? size : 1, count++)
        size = text_character_size(text);
    return count;
}

static bool is_unseen(uint32_t code)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } RANGES[] = {
        {0, 0x1f},        {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},
        {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
        {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe0fff},
    };
    for (size_t i = 0; i < sizeof(RANGES) / sizeof(RANGES[0]); i++)
        if (code >= RANGES[i].first && code <= RANGES[i].last)
            return true;
    return false;
}

/* Its first byte will be escaped. */
static bool begins_command(const char *raw, const char *at)
{
    if (strncmp(at, "##[", 3) == 0)
        return true;
    return strncmp(at, "::", 2) == 0 && strspn(raw, " \t") == (size_t)(at - raw);
}

/* The next character, or byte, as it is shown. Returns how much of the text it was. */
static size_t show_next(const char *raw, const char *at, char shown[ESCAPED_SIZE + 1])
{
    uint32_t code = 0;
    size_t size = decode((const unsigned char *)at, &code);
    if (size > 0 && !is_unseen(code) && !begins_command(raw, at)) {
        memcpy(shown, at, size);
        shown[size] = '\0';
        return size;
    }
    snprintf(shown, ESCAPED_SIZE + 1, "\\x%02x", (unsigned)(unsigned char)*at);
    return 1;
}

const char *text_printable(const char *raw, char *buffer, size_t buffer_size_bytes)
{
    size_t length = 0;
    for (const char *at = raw; *at;) {
        char shown[ESCAPED_SIZE + 1];
        at += show_next(raw, at, shown);
        size_t size = strlen(shown);
        if (length + size + 1 > buffer_size_bytes)
            break;
        memcpy(buffer + length, shown, size);
        length += size;
    }
    buffer[length] = '\0';
    return buffer;
}

struct printable printable(const char *raw)
{
    struct printable result;
    text_printable(raw, result.text, sizeof(result.text));
    return result;
}

/* No more than fits into a piece, and no half of a character. */
static size_t piece_size(const char *data, size_t size_bytes)
{
    if (size_bytes <= PIECE_SIZE)
        return size_bytes;
    size_t size = PIECE_SIZE;
    while (size > 1 && ((unsigned char)data[size] & 0xc0) == 0x80)
        size--;
    return size;
}

static void print_bytes(FILE *out, const char *data, size_t size_bytes)
{
    char piece[PIECE_SIZE + 1];
    char shown[PIECE_SIZE * ESCAPED_SIZE + 1];
    while (size_bytes > 0) {
        size_t size = piece_size(data, size_bytes);
        memcpy(piece, data, size);
        piece[size] = '\0';
        size = strlen(piece);
        fputs(text_printable(piece, shown, sizeof(shown)), out);
        if (size == 0) {
            fputs("\\x00", out);
            size = 1;
        }
        data += size;
        size_bytes -= size;
    }
}

void text_print_lines(FILE *out, const char *prefix, const char *data, size_t size_bytes)
{
    while (size_bytes > 0) {
        const char *end = memchr(data, '\n', size_bytes);
        size_t length = end ? (size_t)(end - data) : size_bytes;
        size_t taken = end ? length + 1 : length;
        if (end && length > 0 && data[length - 1] == '\r')
            length--;
        fputs(prefix, out);
        print_bytes(out, data, length);
        fputc('\n', out);
        data += taken;
        size_bytes -= taken;
    }
}

void text_print_line(FILE *out, const char *prefix, const char *raw)
{
    char line[LINE_SIZE];
    fprintf(out, "%s%s\n", prefix, text_printable(raw, line, sizeof(line)));
}

char *text_format(const char *format, va_list args)
{
    char *text = NULL;
    return vasprintf(&text, format, args) < 0 ? NULL : text;
}
