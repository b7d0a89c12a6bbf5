#include "model/json_read.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>

static int line_of(const char *text, const char *at)
{
    int line = 1;
    for (; text < at; text++)
        line += *text == '\n';
    return line;
}

bool json_read_file(const char *path, enum error_kind kind, cJSON **ret_json, struct error *err)
{
    cleanup_free char *text = NULL;
    const char *end = NULL;
    size_t size = 0;
    if (!file_read(path, JSON_FILE_MAX_BYTES, &text, &size, err)) {
        if (err->kind == ERROR_USAGE)
            err->kind = kind;
        return false;
    }
    /* With the NUL at its end, which cJSON wants to see after the value. */
    cJSON *json = cJSON_ParseWithLengthOpts(text, size + 1, &end, true);
    if (!json)
        return error_set(err, kind, 0, "%s: not JSON (line %d)", path, line_of(text, end));
    *ret_json = json;
    return true;
}

bool json_read_text(const cJSON *object, const char *key, enum error_kind kind, char **ret_text,
                    struct error *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsString(item))
        return error_set(err, kind, 0, "\"%s\": %s", key, item ? "not a string" : "missing");
    char *text = strdup(item->valuestring);
    if (!text)
        return error_no_memory(err, key, strlen(item->valuestring));
    *ret_text = text;
    return true;
}

bool json_read_size(const cJSON *object, const char *key, enum error_kind kind, uint64_t *ret_value,
                    struct error *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!item || cJSON_IsNull(item))
        return true;
    if (!cJSON_IsNumber(item) ||
        !(item->valuedouble >= 0 && item->valuedouble <= (double)JSON_SIZE_MAX) ||
        item->valuedouble != (double)(uint64_t)item->valuedouble)
        return error_set(err, kind, 0, "\"%s\": not a whole number from 0 to %llu", key,
                         JSON_SIZE_MAX);
    *ret_value = (uint64_t)item->valuedouble;
    return true;
}

bool json_read_flag(const cJSON *object, const char *key, enum error_kind kind, bool *ret_value,
                    struct error *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!item || cJSON_IsNull(item))
        return true;
    if (!cJSON_IsBool(item))
        return error_set(err, kind, 0, "\"%s\": neither true nor false", key);
    *ret_value = cJSON_IsTrue(item);
    return true;
}
