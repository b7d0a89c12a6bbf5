#include "regress/json.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <math.h>
#include <string.h>

const cJSON *json_at(const cJSON *root, const char *path)
{
    char key[64];
    while (root && *path) {
        size_t length = strcspn(path, ".");
        if (length >= sizeof(key))
            return NULL;
        memcpy(key, path, length);
        key[length] = '\0';
        root = cJSON_GetObjectItemCaseSensitive(root, key);
        path += length + (path[length] == '.');
    }
    return cJSON_IsNull(root) ? NULL : root;
}

bool json_number_at(const cJSON *root, const char *path, double *ret_value)
{
    const cJSON *item = json_at(root, path);
    if (cJSON_IsNumber(item)) {
        *ret_value = item->valuedouble;
        return true;
    }
    if (!cJSON_IsString(item))
        return false;
    bool is_nan = strcmp(item->valuestring, "nan") == 0;
    bool is_infinite = strcmp(item->valuestring, "inf") == 0;
    bool is_least = strcmp(item->valuestring, "-inf") == 0;
    if (is_nan)
        *ret_value = (double)NAN;
    else if (is_infinite || is_least)
        *ret_value = is_least ? -(double)INFINITY : (double)INFINITY;
    return is_nan || is_infinite || is_least;
}

const char *json_text_at(const cJSON *root, const char *path)
{
    return cJSON_GetStringValue(json_at(root, path));
}

bool json_true_at(const cJSON *root, const char *path)
{
    return cJSON_IsTrue(json_at(root, path));
}

bool json_load(const char *path, const char *format, cJSON **ret_json, struct error *err)
{
    cleanup_free char *text = NULL;
    size_t size_bytes = 0;
    if (!file_read(path, REGRESS_JSON_MAX_BYTES, &text, &size_bytes, err))
        return error_named_file(err);
    cleanup_json cJSON *json = cJSON_ParseWithLengthOpts(text, size_bytes + 1, NULL, true);
    const char *found = json_text_at(json, "format");
    double version = 0;
    if (!json)
        return error_set(err, ERROR_USAGE, 0, "%s: not JSON", path);
    if (!found || strcmp(found, format) != 0)
        return error_set(err, ERROR_USAGE, 0, "%s: its \"format\" is not \"%s\"", path, format);
    if (!json_number_at(json, "version", &version) || version != 1)
        return error_set(err, ERROR_USAGE, 0,
                         "%s: \"version\" %g of the format \"%s\" is not known (1 is)", path,
                         version, format);
    *ret_json = steal_pointer(json);
    return true;
}

bool json_save(const char *path, const cJSON *json, struct error *err)
{
    cleanup_free char *text = cJSON_Print(json);
    cleanup_free char *lines = text ? file_path("%s\n", text) : NULL;
    if (!lines)
        return error_no_memory(err, path, 0);
    return file_write(path, lines, strlen(lines), 0644, err);
}
