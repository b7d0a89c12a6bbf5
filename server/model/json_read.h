/* Reading single values of JSON files that others may have written or edited. Every error names the
 * key and is of the caller's kind; the caller wraps it with the file's name. */
#ifndef MICROTVM_QEMU_MODEL_JSON_READ_H
#define MICROTVM_QEMU_MODEL_JSON_READ_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_FILE_MAX_BYTES = 64 * 1024 * 1024 };
#define JSON_SIZE_MAX 999999999999999ULL /* cJSON writes 15 digits */

/* Parse a file. Errors: kind when it is not JSON (with the line) or too large, ERROR_SYSTEM when it
 * cannot be read. The caller deletes *ret_json. */
bool json_read_file(const char *path, enum error_kind kind, cJSON **ret_json, struct error *err);

/* A string that must be there, in a new copy. */
bool json_read_text(const cJSON *object, const char *key, enum error_kind kind, char **ret_text,
                    struct error *err);

/* A whole number from 0 to JSON_SIZE_MAX; one that is not there (or null) leaves *ret_value as it
 * is. */
bool json_read_size(const cJSON *object, const char *key, enum error_kind kind, uint64_t *ret_value,
                    struct error *err);

/* true or false; one that is not there leaves *ret_value as it is. */
bool json_read_flag(const cJSON *object, const char *key, enum error_kind kind, bool *ret_value,
                    struct error *err);

#endif
