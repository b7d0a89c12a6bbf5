/* What a JSON text is made of, character by character: for json_parse.c, which knows what it means,
 * and json_text.c, which writes such texts. */
#ifndef MICROTVM_QEMU_API_JSON_SCAN_H
#define MICROTVM_QEMU_API_JSON_SCAN_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct json_scan {
    char *begin;
    char *at;
    char *end;
    bool has_nul; /* some string had \u0000 in it, since this was last false */
    struct error *err;
};

/* ERROR_PARSE with the position. Always returns false. */
bool json_scan_wrong(struct json_scan *scan, const char *wanted);

static inline int json_scan_peek(const struct json_scan *scan)
{
    return scan->at < scan->end ? (unsigned char)*scan->at : -1;
}

static inline bool json_scan_take(struct json_scan *scan, char c)
{
    if (json_scan_peek(scan) != c)
        return false;
    scan->at++;
    return true;
}

/* A string with its quotes. Its characters are put where it stands, escapes resolved, with a NUL
 * behind them; with ret_text NULL it is only looked at and stays as it is. */
bool json_scan_string(struct json_scan *scan, char **ret_text);

/* Length of the UTF-8 sequence at `at`, or 0 where there is none. Overlong forms, surrogates and
 * what is above U+10FFFF are none. at < end. */
size_t json_utf8_size(const char *at, const char *end);

#endif
