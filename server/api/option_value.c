#include "api/option_value.h"

#include "api/rpc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { VALUE_TEXT_SIZE = 200, CHOICES_TEXT_SIZE = 512 };

bool option_value_refuse(const struct option_spec *spec, const cJSON *value, const char *wanted,
                         struct error *err)
{
    char text[VALUE_TEXT_SIZE];
    return error_set(err, ERROR_USAGE, 0, "option \"%s\": want %s, got %s", spec->name, wanted,
                     rpc_value_text(value, text, sizeof(text)));
}

/* A whole number that a double holds exactly. */
static bool is_whole(const cJSON *value)
{
    const double limit = 9007199254740992.0; /* 2^53 */
    return cJSON_IsNumber(value) && value->valuedouble >= -limit && value->valuedouble <= limit &&
           value->valuedouble == (double)(int64_t)value->valuedouble;
}

static bool to_flag(const struct option_spec *spec, const cJSON *value, cJSON **typed,
                    struct error *err)
{
    static const char *const words[][2] = {
        {"false", "true"}, {"0", "1"}, {"no", "yes"}, {"off", "on"}};
    int truth = -1;
    if (cJSON_IsBool(value))
        truth = cJSON_IsTrue(value);
    else if (is_whole(value) && (value->valuedouble == 0 || value->valuedouble == 1))
        truth = value->valuedouble == 1;
    for (size_t i = 0; cJSON_IsString(value) && i < sizeof(words) / sizeof(words[0]); i++)
        for (int j = 0; j < 2; j++)
            if (strcasecmp(value->valuestring, words[i][j]) == 0)
                truth = j;
    if (truth < 0)
        return option_value_refuse(spec, value, "true or false", err);
    *typed = cJSON_CreateBool(truth);
    return true;
}

static bool to_number(const struct option_spec *spec, const cJSON *value, cJSON **typed,
                      struct error *err)
{
    double number = 0;
    if (is_whole(value)) {
        number = value->valuedouble;
    } else if (cJSON_IsString(value)) {
        const char *text = value->valuestring;
        char *end = NULL;
        int base = strncasecmp(text, "0x", 2) == 0 ? 16 : 10; /* 010 is ten */
        errno = 0;
        long long parsed = strtoll(text, &end, base);
        if (errno != 0 || *end != '\0' || end == text)
            return option_value_refuse(spec, value, "a whole number", err);
        number = (double)parsed;
    } else {
        return option_value_refuse(spec, value, "a whole number", err);
    }
    *typed = cJSON_CreateNumber(number);
    return true;
}

static bool to_text(const struct option_spec *spec, const cJSON *value, cJSON **typed,
                    struct error *err)
{
    char number[32];
    const char *text = value->valuestring;
    if (is_whole(value)) {
        snprintf(number, sizeof(number), "%" PRId64, (int64_t)value->valuedouble);
        text = number;
    } else if (!cJSON_IsString(value)) {
        return option_value_refuse(spec, value, "a string", err);
    }
    bool is_choice = !spec->choices[0];
    for (int i = 0; spec->choices[i]; i++)
        is_choice = is_choice || strcmp(text, spec->choices[i]) == 0;
    if (!is_choice) {
        char wanted[CHOICES_TEXT_SIZE] = "one of";
        size_t length = strlen(wanted);
        for (int i = 0; spec->choices[i] && length < sizeof(wanted); i++)
            length += (size_t)snprintf(wanted + length, sizeof(wanted) - length, "%s %s",
                                       i ? "," : "", spec->choices[i]);
        return option_value_refuse(spec, value, wanted, err);
    }
    *typed = cJSON_CreateString(text);
    return true;
}

/* Words of one text; a compile definition ends at ';', too, as in CMake's lists. */
static cJSON *split(const struct option_spec *spec, const char *text)
{
    const char *separators = strcmp(spec->name, "compile_definitions") == 0 ? " \t\n;" : " \t\n";
    cJSON *list = cJSON_CreateArray();
    const char *word = text + strspn(text, separators);
    while (list && *word) {
        size_t length = strcspn(word, separators);
        char *copy = strndup(word, length);
        if (!cJSON_AddItemToArray(list, copy ? cJSON_CreateString(copy) : NULL)) {
            cJSON_Delete(list);
            list = NULL;
        }
        free(copy);
        word += length;
        word += strspn(word, separators);
    }
    return list;
}

static bool to_list(const struct option_spec *spec, const cJSON *value, cJSON **typed,
                    struct error *err)
{
    const cJSON *item = NULL;
    bool good = cJSON_IsString(value) || cJSON_IsArray(value);
    if (cJSON_IsArray(value))
        cJSON_ArrayForEach(item, value)
        {
            good = good && cJSON_IsString(item);
        }
    if (!good)
        return option_value_refuse(spec, value, "a list of strings, or one string", err);
    *typed = cJSON_IsArray(value) ? cJSON_Duplicate(value, true) : split(spec, value->valuestring);
    return true;
}

bool option_value_convert(const struct option_spec *spec, const cJSON *value, cJSON **ret_typed,
                          struct error *err)
{
    static bool (*const converters[])(const struct option_spec *, const cJSON *, cJSON **,
                                      struct error *) = {
        [OPTION_TEXT] = to_text,
        [OPTION_FLAG] = to_flag,
        [OPTION_NUMBER] = to_number,
        [OPTION_LIST] = to_list,
    };
    cJSON *typed = NULL;
    bool is_given = !cJSON_IsNull(value) && !(cJSON_IsString(value) && *value->valuestring == '\0');
    if (is_given && !converters[spec->shape](spec, value, &typed, err))
        return false;
    if (is_given && !typed)
        return error_no_memory(err, "an option", sizeof(*typed));
    *ret_typed = typed;
    return true;
}
