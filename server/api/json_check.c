#include "api/json_text.h"

#include <ctype.h>
#include <string.h>

enum { ESCAPE_SIZE = 6 }; /* \uXXXX */

struct scan {
    char *begin;
    char *at;
    char *end;
    int depth;
    bool number_is_float; /* of the number read last */
    struct json_text found;
    struct error *err;
};

static bool wrong(struct scan *scan, const char *wanted)
{
    return error_set(scan->err, ERROR_PARSE, 0, "not JSON: want %s at byte %zu", wanted,
                     (size_t)(scan->at - scan->begin));
}

static int peek(const struct scan *scan)
{
    return scan->at < scan->end ? (unsigned char)*scan->at : -1;
}

static bool take(struct scan *scan, char c)
{
    if (peek(scan) != c)
        return false;
    scan->at++;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->end && is_space(*scan->at))
        scan->at++;
}

static bool take_digits(struct scan *scan)
{
    const char *first = scan->at;
    while (isdigit(peek(scan)))
        scan->at++;
    return scan->at > first;
}

/* Takes `word` and leaves `instead`, filled up with spaces, in its place. */
static bool take_word(struct scan *scan, const char *word, const char *instead)
{
    size_t size = strlen(word);
    if ((size_t)(scan->end - scan->at) < size || memcmp(scan->at, word, size) != 0)
        return false;
    if (instead) {
        size_t instead_size = strlen(instead);
        memset(scan->at, ' ', size);
        memcpy(scan->at, instead, instead_size);
    }
    scan->at += size;
    return true;
}

static bool scan_number(struct scan *scan)
{
    scan->number_is_float = false;
    if (take_word(scan, "-Infinity", "-1e999")) {
        scan->number_is_float = true;
        return true;
    }
    take(scan, '-');
    if (!take(scan, '0') && !take_digits(scan))
        return wrong(scan, "a digit");
    if (take(scan, '.')) {
        scan->number_is_float = true;
        if (!take_digits(scan))
            return wrong(scan, "a digit");
    }
    if (take(scan, 'e') || take(scan, 'E')) {
        scan->number_is_float = true;
        if (!take(scan, '+'))
            take(scan, '-');
        if (!take_digits(scan))
            return wrong(scan, "a digit");
    }
    return true;
}

/* The code unit of the \uXXXX at `at`, or -1. */
static int unit_at(const char *at, const char *end)
{
    if (end - at < ESCAPE_SIZE || at[0] != '\\' || at[1] != 'u')
        return -1;
    int unit = 0;
    for (int i = 2; i < ESCAPE_SIZE; i++) {
        int c = (unsigned char)at[i];
        if (!isxdigit(c))
            return -1;
        unit = unit * 16 + (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
    }
    return unit;
}

static bool is_surrogate(int unit, int first)
{
    return unit >= first && unit < first + 0x400;
}

static bool scan_escape(struct scan *scan)
{
    static const char replacement[] = "\\ufffd";
    if (scan->end - scan->at >= 2 && scan->at[1] != 'u') {
        if (scan->at[1] == '\0' || !strchr("\"\\/bfnrt", scan->at[1]))
            return wrong(scan, "an escape");
        scan->at += 2;
        return true;
    }
    int unit = unit_at(scan->at, scan->end);
    if (unit < 0)
        return wrong(scan, "an escape");
    if (unit == 0)
        scan->found.has_nul = true;
    if (is_surrogate(unit, 0xd800) &&
        is_surrogate(unit_at(scan->at + ESCAPE_SIZE, scan->end), 0xdc00))
        scan->at += ESCAPE_SIZE;
    else if (is_surrogate(unit, 0xd800) || is_surrogate(unit, 0xdc00))
        memcpy(scan->at, replacement, ESCAPE_SIZE);
    scan->at += ESCAPE_SIZE;
    return true;
}

static bool scan_string(struct scan *scan)
{
    if (!take(scan, '"'))
        return wrong(scan, "a string");
    while (!take(scan, '"')) {
        if (peek(scan) < ' ')
            return wrong(scan, "a string's end, or no control character");
        if (*scan->at == '\\') {
            if (!scan_escape(scan))
                return false;
            continue;
        }
        size_t size = json_utf8_size(scan->at, scan->end);
        if (size == 0)
            return wrong(scan, "UTF-8");
        scan->at += size;
    }
    return true;
}

static bool scan_value(struct scan *scan);

static bool scan_array(struct scan *scan)
{
    scan->at++;
    skip_space(scan);
    if (take(scan, ']'))
        return true;
    for (;;) {
        if (!scan_value(scan))
            return false;
        if (take(scan, ']'))
            return true;
        if (!take(scan, ','))
            return wrong(scan, "',' or ']'");
    }
}

static bool scan_member(struct scan *scan)
{
    skip_space(scan);
    const char *key = scan->at;
    if (!scan_string(scan))
        return false;
    bool is_id = scan->depth == 1 && scan->at - key == 4 && strncmp(key, "\"id\"", 4) == 0;
    skip_space(scan);
    if (!take(scan, ':'))
        return wrong(scan, "':'");
    skip_space(scan);
    const char *value = scan->at;
    bool may_be_float = peek(scan) == '-' || isdigit(peek(scan)) || peek(scan) == 'I';
    if (!scan_value(scan))
        return false;
    if (is_id) {
        const char *end = scan->at;
        while (is_space(end[-1])) /* a value has a last character that is none */
            end--;
        scan->found.id = value;
        scan->found.id_size_bytes = (size_t)(end - value);
        scan->found.id_is_float = may_be_float && scan->number_is_float;
    }
    return true;
}

static bool scan_object(struct scan *scan)
{
    scan->at++;
    skip_space(scan);
    if (take(scan, '}'))
        return true;
    for (;;) {
        if (!scan_member(scan))
            return false;
        if (take(scan, '}'))
            return true;
        if (!take(scan, ','))
            return wrong(scan, "',' or '}'");
    }
}

static bool scan_plain(struct scan *scan)
{
    if (peek(scan) == '"')
        return scan_string(scan);
    if (peek(scan) == '-' || isdigit(peek(scan)))
        return scan_number(scan);
    if (take_word(scan, "Infinity", "1e999")) {
        scan->number_is_float = true;
        return true;
    }
    if (take_word(scan, "true", NULL) || take_word(scan, "false", NULL) ||
        take_word(scan, "null", NULL) || take_word(scan, "NaN", "[0]"))
        return true;
    return wrong(scan, "a value");
}

/* One value and the space around it. */
static bool scan_value(struct scan *scan)
{
    bool good = true;
    skip_space(scan);
    if (peek(scan) == '{' || peek(scan) == '[') {
        if (++scan->depth > JSON_MAX_DEPTH)
            return wrong(scan, "less nesting");
        good = peek(scan) == '{' ? scan_object(scan) : scan_array(scan);
        scan->depth--;
    } else {
        good = scan_plain(scan);
    }
    skip_space(scan);
    return good;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): it is written to through scan.at */
bool json_text_check(char *text, size_t size_bytes, struct json_text *ret_json, struct error *err)
{
    struct scan scan = {.begin = text, .at = text, .end = text + size_bytes, .err = err};
    if (!scan_value(&scan))
        return false;
    if (scan.at != scan.end)
        return wrong(&scan, "nothing more");
    *ret_json = scan.found;
    return true;
}
