#include "api/json_text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ESCAPE_SIZE = 6,      /* \uXXXX */
    NUMBER_SIZE_MAX = 60, /* cJSON reads up to 63 characters */
    DOUBLE_SIZE = 32,     /* a double with all of its digits */
};

struct scan {
    char *begin;
    char *at;
    char *end;
    int depth;
    const char *id;       /* the value of the request's id, while it is being read */
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

/* Called before anything is rewritten: clients want their id back as they sent it. */
static bool keep_id(struct scan *scan)
{
    if (!scan->id || scan->found.id_copy)
        return true;
    size_t size = (size_t)(scan->end - scan->id);
    scan->found.id_copy = malloc(size + 1);
    if (!scan->found.id_copy)
        return error_no_memory(scan->err, "an id", size);
    memcpy(scan->found.id_copy, scan->id, size);
    scan->found.id_copy[size] = '\0';
    return true;
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

/* The same number, as far as a double holds it, in fewer digits. */
static bool shorten_number(struct scan *scan, char *first)
{
    char text[DOUBLE_SIZE];
    size_t size = (size_t)(scan->at - first);
    if (size <= NUMBER_SIZE_MAX)
        return true;
    double value = strtod(first, NULL);
    snprintf(text, sizeof(text), isinf(value) ? "%s1e999" : "%s%.17g", value < 0 ? "-" : "",
             fabs(value));
    if (!keep_id(scan))
        return false;
    memset(first, ' ', size);
    memcpy(first, text, strlen(text));
    return true;
}

static bool scan_number(struct scan *scan)
{
    char *first = scan->at;
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
    return shorten_number(scan, first);
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

/* Puts another escape in place of the one at `at`. */
static bool replace_escape(struct scan *scan, const char *replacement)
{
    if (!keep_id(scan))
        return false;
    memcpy(scan->at, replacement, ESCAPE_SIZE);
    return true;
}

static bool scan_escape(struct scan *scan)
{
    if (scan->end - scan->at >= 2 && scan->at[1] != 'u') {
        if (scan->at[1] == '\0' || !strchr("\"\\/bfnrt", scan->at[1]))
            return wrong(scan, "an escape");
        scan->at += 2;
        return true;
    }
    int unit = unit_at(scan->at, scan->end);
    if (unit < 0)
        return wrong(scan, "an escape");
    bool good = true;
    if (unit == 0) {
        scan->found.has_nul = scan->found.has_nul || scan->depth > 1;
        good = replace_escape(scan, "\\uffff");
    } else if (is_surrogate(unit, 0xd800) &&
               is_surrogate(unit_at(scan->at + ESCAPE_SIZE, scan->end), 0xdc00)) {
        scan->at += ESCAPE_SIZE;
    } else if (is_surrogate(unit, 0xd800) || is_surrogate(unit, 0xdc00)) {
        good = replace_escape(scan, "\\ufffd");
    }
    if (!good)
        return false;
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

/* Is the string from `at` to its end quote this name, escaped or not? */
static bool is_name(const char *at, const char *end, const char *name)
{
    for (; *name && at < end; name++) {
        int unit = unit_at(at, end);
        if ((unit < 0 ? *at : unit) != *name)
            return false;
        at += unit < 0 ? 1 : ESCAPE_SIZE;
    }
    return *name == '\0' && at == end;
}

/* The value after the colon of an "id" of the outermost object. */
static bool scan_id(struct scan *scan)
{
    const char *value = scan->at;
    bool may_be_float = peek(scan) == '-' || isdigit(peek(scan)) || peek(scan) == 'I';
    free(scan->found.id_copy);
    scan->found.id_copy = NULL;
    scan->id = value;
    if (!scan_value(scan))
        return false;
    scan->id = NULL;
    const char *text = scan->found.id_copy ? scan->found.id_copy : value;
    const char *end = text + (scan->at - value);
    while (is_space(end[-1])) /* a value has a last character that is none */
        end--;
    scan->found.id = text;
    scan->found.id_size_bytes = (size_t)(end - text);
    scan->found.id_is_float = may_be_float && scan->number_is_float;
    return true;
}

static bool scan_member(struct scan *scan)
{
    skip_space(scan);
    const char *key = scan->at;
    if (!scan_string(scan))
        return false;
    bool is_id = scan->depth == 1 && is_name(key + 1, scan->at - 1, "id");
    skip_space(scan);
    if (!take(scan, ':'))
        return wrong(scan, "':'");
    skip_space(scan);
    return is_id ? scan_id(scan) : scan_value(scan);
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
    bool good = scan_value(&scan) && (scan.at == scan.end || wrong(&scan, "nothing more"));
    if (!good) {
        free(scan.found.id_copy);
        return false;
    }
    *ret_json = scan.found;
    return true;
}
