#include "api/json_scan.h"

#include <ctype.h>
#include <string.h>

enum { UNIT_SIZE = 6 }; /* \uXXXX */

/* NUL becomes a character that is in no name and no value either, and is in no way an end. */
enum {
    NUL_REPLACEMENT = 0xffff,
    REPLACEMENT = 0xfffd,
    HIGH_FIRST = 0xd800,
    LOW_FIRST = 0xdc00,
    SURROGATES = 0x400
};

bool json_scan_wrong(struct json_scan *scan, const char *wanted)
{
    return error_set(scan->err, ERROR_PARSE, 0, "not JSON: want %s at byte %zu", wanted,
                     (size_t)(scan->at - scan->begin));
}

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

/* The code unit of the \uXXXX at `at`, or -1. */
static int unit_at(const char *at, const char *end)
{
    if (end - at < UNIT_SIZE || at[0] != '\\' || at[1] != 'u')
        return -1;
    int unit = 0;
    for (int i = 2; i < UNIT_SIZE; i++) {
        int c = (unsigned char)at[i];
        if (!isxdigit(c))
            return -1;
        unit = unit * 16 + (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
    }
    return unit;
}

static bool is_surrogate(int unit, int first)
{
    return unit >= first && unit < first + SURROGATES;
}

/* At most four bytes, and never more than the escape that stood for them. */
static char *put_utf8(char *to, int code)
{
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xc0 | (code >> 6));
        *to++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *to++ = (char)(0xe0 | (code >> 12));
        *to++ = (char)(0x80 | ((code >> 6) & 0x3f));
        *to++ = (char)(0x80 | (code & 0x3f));
    } else {
        *to++ = (char)(0xf0 | (code >> 18));
        *to++ = (char)(0x80 | ((code >> 12) & 0x3f));
        *to++ = (char)(0x80 | ((code >> 6) & 0x3f));
        *to++ = (char)(0x80 | (code & 0x3f));
    }
    return to;
}

/* *ret_code: the character that the escape stands for. */
static bool scan_escape(struct json_scan *scan, int *ret_code)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (scan->end - scan->at >= 2 && scan->at[1] != 'u') {
        const char *letter = scan->at[1] != '\0' ? strchr(letters, scan->at[1]) : NULL;
        if (!letter)
            return json_scan_wrong(scan, "an escape");
        *ret_code = (unsigned char)meanings[letter - letters];
        scan->at += 2;
        return true;
    }
    int unit = unit_at(scan->at, scan->end);
    if (unit < 0)
        return json_scan_wrong(scan, "an escape");
    scan->at += UNIT_SIZE;
    *ret_code = unit;
    if (unit == 0) {
        scan->has_nul = true;
        *ret_code = NUL_REPLACEMENT;
    } else if (is_surrogate(unit, HIGH_FIRST)) {
        int low = unit_at(scan->at, scan->end);
        *ret_code = REPLACEMENT;
        if (is_surrogate(low, LOW_FIRST)) {
            *ret_code = 0x10000 + (unit - HIGH_FIRST) * SURROGATES + low - LOW_FIRST;
            scan->at += UNIT_SIZE;
        }
    } else if (is_surrogate(unit, LOW_FIRST)) {
        *ret_code = REPLACEMENT;
    }
    return true;
}

/* Moves over characters that stand for themselves, and copies them where an escape before them has
 * left a gap. */
static bool scan_plain(struct json_scan *scan, char **to)
{
    char *at = scan->at;
    while (at < scan->end && *at != '"' && *at != '\\' && (unsigned char)*at >= ' ') {
        size_t size = (unsigned char)*at < 0x80 ? 1 : json_utf8_size(at, scan->end);
        if (size == 0) {
            scan->at = at;
            return json_scan_wrong(scan, "UTF-8");
        }
        at += size;
    }
    size_t size = (size_t)(at - scan->at);
    if (*to && *to != scan->at)
        memmove(*to, scan->at, size);
    if (*to)
        *to += size;
    scan->at = at;
    return true;
}

bool json_scan_string(struct json_scan *scan, char **ret_text)
{
    if (!json_scan_take(scan, '"'))
        return json_scan_wrong(scan, "a string");
    char *text = scan->at;
    char *to = ret_text ? text : NULL;
    for (;;) {
        int code = 0;
        if (!scan_plain(scan, &to))
            return false;
        if (json_scan_peek(scan) < ' ')
            return json_scan_wrong(scan, "a string's end, or no control character");
        if (json_scan_take(scan, '"'))
            break;
        if (!scan_escape(scan, &code))
            return false;
        if (to)
            to = put_utf8(to, code);
    }
    if (ret_text) {
        *to = '\0'; /* on the quote, or before it */
        *ret_text = text;
    }
    return true;
}
