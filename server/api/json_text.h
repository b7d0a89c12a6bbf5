/* JSON as text: what cJSON does not check on the way in, and strings on the way out.
 *
 * The clients are Python's json module. It is stricter than cJSON (leading zeros, control
 * characters, UTF-8, what follows the value) and knows things that cJSON does not (NaN, Infinity,
 * lone surrogates, integers of any size). json_text_check accepts what Python accepts and rewrites,
 * in place, what cJSON could not read:
 *   Infinity  becomes 1e999, which every reader of doubles takes for infinity
 *   NaN       becomes [0], which is as wrong as NaN wherever a number is wanted
 *   \ud800    (a surrogate without its other half) becomes \ufffd
 *   \u0000    becomes \uffff, which is in no name either; C strings would end there
 *   a number of over 60 characters becomes what a double holds of it */
#ifndef MICROTVM_QEMU_API_JSON_TEXT_H
#define MICROTVM_QEMU_API_JSON_TEXT_H

#include "api/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { JSON_MAX_DEPTH = 900 }; /* cJSON stops at 1000 */

struct json_text {
    const char *id; /* value of the last "id" of the outermost object, as it came; NULL: none */
    size_t id_size_bytes;
    bool id_is_float; /* 1.0 and 1e3 are; what type a number has in Python depends on that */
    bool has_nul;     /* some string below the outermost object had \u0000 in it */
    char *id_copy;    /* the caller's; where id is, when its text had to be rewritten; or NULL */
};

/* Is all of text one JSON value? Errors: ERROR_PARSE with the position. */
bool json_text_check(char *text, size_t size_bytes, struct json_text *ret_json, struct error *err);

/* Length of the UTF-8 sequence at `at`, or 0 where there is none. Overlong forms, surrogates and
 * what is above U+10FFFF are none. at < end. */
size_t json_utf8_size(const char *at, const char *end);

/* text as a JSON string, quotes included. Bytes that are no UTF-8 become U+FFFD.
 * Errors: ERROR_INTERNAL (memory). */
bool json_append_string(struct buffer *buffer, const char *text, size_t size_bytes,
                        struct error *err);

#endif
