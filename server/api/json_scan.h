/* What json_parse.c and json_string.c share; nobody else includes it. */
#ifndef MICROTVM_QEMU_API_JSON_SCAN_H
#define MICROTVM_QEMU_API_JSON_SCAN_H

#include "api/json_text.h"

struct json_scan {
    char *begin;
    char *at;
    char *end;
    int depth;
    bool is_plain_number; /* the value read last had neither point nor exponent, or is no number */
    struct json_text found;
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

#endif
