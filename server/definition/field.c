#include "definition/field.h"
#include "definition/limits.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A PLIC has 1023 lines at most, and NVIC and GIC have fewer. */
enum { VALUE_TEXT_BYTES = 80, HEXADECIMAL = 16, INTERRUPT_MAX = 1023 };

/* Numbers in JSON are doubles: whole up to here. */
static const double WHOLE_MAX = 9007199254740992.0;

static const char *const type_texts[] = {
    [FIELD_ANY] = "there",
    [FIELD_TEXT] = "a text",
    [FIELD_NAME] = "a name of letters, digits, '_', '-' and '.'",
    [FIELD_LIST] = "a list of texts",
    [FIELD_SIZE] = "a whole number, at least 1",
    [FIELD_INTERRUPT] = "a whole number from 0 to 1023",
    [FIELD_STACK] = "a whole number, at least 256",
    [FIELD_PACKET] = "a whole number from 512 to 65536",
    [FIELD_ADDRESS] = "an address like \"0x20000000\"",
    [FIELD_WIDTH] = "4 or 8",
};

static bool is_name(const char *text)
{
    if (text[0] == '\0' || text[0] == '.')
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr("_-.", *text))
            return false;
    return true;
}

static bool is_address(const char *text)
{
    enum { DIGITS_MAX = 16 };
    if (strncmp(text, "0x", 2) != 0)
        return false;
    size_t digits = strspn(text + 2, "0123456789abcdefABCDEF");
    return digits > 0 && digits <= DIGITS_MAX && text[2 + digits] == '\0';
}

static bool is_whole(const cJSON *value, double least, double most)
{
    double number = cJSON_GetNumberValue(value);
    return cJSON_IsNumber(value) && number >= least && number <= most &&
           (double)(uint64_t)number == number;
}

static bool is_list(const cJSON *value)
{
    const cJSON *item = NULL;
    if (!value)
        return true;
    if (!cJSON_IsArray(value))
        return false;
    cJSON_ArrayForEach(item, value)
    {
        if (!cJSON_IsString(item))
            return false;
    }
    return true;
}

bool field_fits(const cJSON *value, enum field_type type)
{
    const char *text = cJSON_GetStringValue(value);
    switch (type) {
    case FIELD_ANY:
        return value != NULL;
    case FIELD_TEXT:
        return text && text[0] != '\0';
    case FIELD_NAME:
        return text && is_name(text);
    case FIELD_ADDRESS:
        return text && is_address(text);
    case FIELD_SIZE:
        return is_whole(value, 1, WHOLE_MAX);
    case FIELD_INTERRUPT:
        return is_whole(value, 0, INTERRUPT_MAX);
    case FIELD_STACK:
        return is_whole(value, STACK_LEAST_BYTES, WHOLE_MAX);
    case FIELD_PACKET:
        return is_whole(value, PACKET_LEAST_BYTES, PACKET_MOST_BYTES);
    case FIELD_WIDTH:
        return cJSON_IsNumber(value) &&
               (cJSON_GetNumberValue(value) == 4 || cJSON_GetNumberValue(value) == 8);
    case FIELD_LIST:
        return is_list(value);
    }
    return false;
}

uint64_t field_size(const cJSON *value)
{
    return (uint64_t)cJSON_GetNumberValue(value);
}

uint64_t field_address(const cJSON *value)
{
    return strtoull(cJSON_GetStringValue(value), NULL, HEXADECIMAL);
}

bool field_must_be(const char *path, const cJSON *value, const char *what, struct error *err)
{
    char *shown = value ? cJSON_PrintUnformatted(value) : NULL;
    if (value)
        error_set(err, ERROR_USAGE, 0, "\"%s\" is %.*s, but must be %s", path, VALUE_TEXT_BYTES,
                  shown ? shown : "?", what);
    else
        error_set(err, ERROR_USAGE, 0, "\"%s\" is missing; it must be %s", path, what);
    free(shown);
    return false;
}

bool field_wrong(const char *path, const cJSON *value, enum field_type type, struct error *err)
{
    return field_must_be(path, value, type_texts[type], err);
}
