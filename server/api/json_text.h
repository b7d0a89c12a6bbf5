/* JSON as text: requests on the way in, strings on the way out.
 *
 * The clients are Python's json module. It is stricter than cJSON's parser (leading zeros, control
 * characters, UTF-8, what follows the value) and knows things that cJSON does not (NaN, Infinity,
 * lone surrogates, numbers of any length). json_text_parse accepts what Python accepts and gives it
 * as cJSON values, for all of cJSON's functions that do not change them:
 *   NaN       is cJSON_Raw, which is no number
 *   \ud800    (a surrogate without its other half) becomes U+FFFD
 *   \u0000    becomes U+FFFF, which is in no name either; C strings would end there
 * It reads a text once and allocates once for a dozen values, as a client's every four bytes are a
 * request. */
#ifndef MICROTVM_QEMU_API_JSON_TEXT_H
#define MICROTVM_QEMU_API_JSON_TEXT_H

#include "api/buffer.h"
#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum { JSON_MAX_DEPTH = 900 }; /* Python stops at about 1000 */

struct json_block;

struct json_text {
    cJSON *root;               /* never to be given to cJSON_Delete; its strings are in the text */
    struct json_block *blocks; /* what the values are in */
    const char *id; /* value of the last "id" of the outermost object, as it came; NULL: none */
    size_t id_size_bytes;
    bool id_is_float; /* 1.0 and 1e3 are; what type a number has in Python depends on that */
    bool has_nul;     /* some string below the outermost object had \u0000 in it */
};

/* All of text, which needs a NUL behind it, as one JSON value. It is written to, and must outlive
 * *ret_json. The outermost object's "id" has no value of its own where it is a string.
 * Errors: ERROR_PARSE with the position, ERROR_INTERNAL (memory). */
bool json_text_parse(char *text, size_t size_bytes, struct json_text *ret_json, struct error *err);
/* Safe on a zeroed struct and twice. */
void json_text_dispose(struct json_text *json);

/* text as a JSON string, quotes included. Bytes that are no UTF-8 become U+FFFD.
 * Errors: ERROR_INTERNAL (memory). */
bool json_append_string(struct buffer *buffer, const char *text, size_t size_bytes,
                        struct error *err);

#endif
