#include "commands/document/value.h"

#include "base/cleanup.h"
#include "base/number.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ESCAPED_SIZE = 4 }; /* \xNN of a byte */

cJSON *document_text(const char *text)
{
    if (!text)
        return cJSON_CreateNull();
    size_t capacity = strlen(text) * ESCAPED_SIZE + 1;
    cleanup_free char *shown = malloc(capacity);
    return shown ? cJSON_CreateString(text_printable(text, shown, capacity)) : NULL;
}

cJSON *document_lines(const char *text)
{
    size_t capacity = strlen(text) * ESCAPED_SIZE + 1;
    cleanup_free char *copy = strdup(text);
    cleanup_free char *shown = malloc(capacity);
    size_t length = 0;
    if (!copy || !shown)
        return NULL;
    char *rest = copy;
    for (const char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
        text_printable(line, shown + length, capacity - length);
        length += strlen(shown + length);
        if (rest)
            shown[length++] = '\n';
    }
    return cJSON_CreateString(shown);
}

cJSON *document_number_text(const char *text)
{
    bool is_number = text[strspn(text, "0123456789+-.e")] == '\0';
    return is_number ? cJSON_CreateRaw(text) : cJSON_CreateString(text);
}

cJSON *document_number(double value)
{
    char text[NUMBER_TEXT_SIZE];
    return document_number_text(number_text(value, text));
}

cJSON *document_size(uint64_t value)
{
    char text[NUMBER_TEXT_SIZE];
    snprintf(text, sizeof(text), "%" PRIu64, value);
    return cJSON_CreateRaw(text);
}

cJSON *document_time_ms(double ms)
{
    static const double PER_MS = 1000;
    return document_number(round(ms * PER_MS) / PER_MS);
}

cJSON *document_shape(const int64_t *axes, int count)
{
    cJSON *array = cJSON_CreateArray();
    bool good = array != NULL;
    for (int i = 0; good && i < count; i++) {
        cJSON *axis = cJSON_CreateNumber((double)axes[i]);
        good = axis && cJSON_AddItemToArray(array, axis);
    }
    return document_finish(array, good);
}

bool document_add(cJSON *object, const char *key, cJSON *value)
{
    if (value && cJSON_AddItemToObject(object, key, value))
        return true;
    cJSON_Delete(value);
    return false;
}

cJSON *document_finish(cJSON *object, bool good)
{
    if (good)
        return object;
    cJSON_Delete(object);
    return NULL;
}

char *document_print(const cJSON *root)
{
    cleanup_free char *text = cJSON_Print(root);
    size_t length = text ? strlen(text) : 0;
    char *line = text ? realloc(text, length + 2) : NULL;
    if (!line)
        return NULL;
    (void)steal_pointer(text);
    memcpy(line + length, "\n", 2);
    return line;
}
