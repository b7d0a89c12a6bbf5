#include "definition/document.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "definition/field.h"

#include <stdio.h>
#include <string.h>

enum { FILE_LIMIT_BYTES = 64 * 1024 };

static bool wrong_at(const char *path, const char *text, const char *at, const char *what,
                     struct error *err)
{
    int line = 1;
    for (; text < at; text++)
        line += *text == '\n';
    return error_set(err, ERROR_USAGE, 0, "%s:%d: %s", path, line, what);
}

/* The first that JSON has nowhere: its strings have them escaped. NULL: there is none. */
static const char *find_control(const char *text, size_t size_bytes)
{
    for (const char *at = text; at < text + size_bytes; at++)
        if ((unsigned char)*at < ' ' && (*at == '\0' || !strchr("\t\n\r", *at)))
            return at;
    return NULL;
}

static const char *find_foreign(const char *text)
{
    for (size_t size = 0; *text; text += size) {
        size = text_character_size(text);
        if (size == 0)
            return text;
    }
    return NULL;
}

/* "\u0000", at which a text of ours would end. */
static const char *find_escaped_nul(const char *text)
{
    for (; *text; text++) {
        if (*text != '\\')
            continue;
        if (strncmp(text, "\\u0000", 6) == 0)
            return text;
        if (text[1] != '\0')
            text++;
    }
    return NULL;
}

static bool check_text(const char *path, const char *text, size_t size_bytes, struct error *err)
{
    const char *control = find_control(text, size_bytes);
    if (control)
        return wrong_at(path, text, control, "not JSON: a control character", err);
    const char *foreign = find_foreign(text);
    if (foreign)
        return wrong_at(path, text, foreign, "not UTF-8, which JSON is written in", err);
    const char *nul = find_escaped_nul(text);
    return !nul || wrong_at(path, text, nul, "\\u0000 is in no name and no text", err);
}

static bool check_once(const cJSON *value, const char *above, struct error *err)
{
    const cJSON *item = NULL;
    int index = 0;
    cJSON_ArrayForEach(item, value)
    {
        char path[FIELD_PATH_SIZE];
        if (item->string)
            snprintf(path, sizeof(path), "%s%s%s", above, above[0] ? "." : "", item->string);
        else
            snprintf(path, sizeof(path), "%s[%d]", above, index++);
        if (item->string && cJSON_GetObjectItemCaseSensitive(value, item->string) != item)
            return error_set(err, ERROR_USAGE, 0, "\"%s\" is there twice", path);
        if (!check_once(item, path, err))
            return false;
    }
    return true;
}

bool document_read(const char *path, cJSON **ret_json, struct error *err)
{
    cleanup_free char *text = NULL;
    size_t size = 0;
    if (!file_read(path, FILE_LIMIT_BYTES, &text, &size, err) || !check_text(path, text, size, err))
        return false;
    /* With the NUL at its end, which cJSON wants to see after the value. */
    const char *end = text;
    cJSON *json = cJSON_ParseWithLengthOpts(text, size + 1, &end, true);
    if (!json)
        return wrong_at(path, text, end, "not JSON", err);
    if (!check_once(json, "", err)) {
        cJSON_Delete(json);
        return error_wrap(err, "%s", path);
    }
    *ret_json = json;
    return true;
}
