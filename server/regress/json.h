/* Reading documents that other programs wrote (a run's, a baseline), whose parts may be missing:
 * a path is keys joined by '.', "memory.flash.used_bytes". */
#ifndef MICROTVM_QEMU_REGRESS_JSON_H
#define MICROTVM_QEMU_REGRESS_JSON_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

enum { REGRESS_JSON_MAX_BYTES = 256 * 1024 * 1024 };

/* NULL: it is not there, or null. root may be NULL. */
const cJSON *json_at(const cJSON *root, const char *path);

/* False: no number is there. One that JSON has no digits for is the string "nan", "inf" or "-inf".
 */
bool json_number_at(const cJSON *root, const char *path, double *ret_value);
/* NULL: no string is there. Not owned. */
const char *json_text_at(const cJSON *root, const char *path);
bool json_true_at(const cJSON *root, const char *path);

/* The whole file, whose "format" must be FORMAT and whose "version" 1. The caller deletes
 * *ret_json. Errors: ERROR_USAGE (what is there instead), ERROR_SYSTEM. */
bool json_load(const char *path, const char *format, cJSON **ret_json, struct error *err);

/* Written whole, or not at all. Errors: ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool json_save(const char *path, const cJSON *json, struct error *err);

static inline void json_cleanup(cJSON **json)
{
    cJSON_Delete(*json);
}
#define cleanup_json __attribute__((cleanup(json_cleanup)))

#endif
