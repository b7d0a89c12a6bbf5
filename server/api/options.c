#include "api/options.h"

#include "api/rpc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { VALUE_TEXT_SIZE = 200, NAMES_TEXT_SIZE = 512 };

static bool refuse(const struct option_spec *spec, const cJSON *value, const char *wanted,
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
        return refuse(spec, value, "true or false", err);
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
            return refuse(spec, value, "a whole number", err);
        number = (double)parsed;
    } else {
        return refuse(spec, value, "a whole number", err);
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
        return refuse(spec, value, "a string", err);
    }
    bool is_choice = !spec->choices[0];
    for (int i = 0; spec->choices[i]; i++)
        is_choice = is_choice || strcmp(text, spec->choices[i]) == 0;
    if (!is_choice) {
        char wanted[NAMES_TEXT_SIZE] = "one of";
        size_t length = strlen(wanted);
        for (int i = 0; spec->choices[i] && length < sizeof(wanted); i++)
            length += (size_t)snprintf(wanted + length, sizeof(wanted) - length, "%s %s",
                                       i ? "," : "", spec->choices[i]);
        return refuse(spec, value, wanted, err);
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
        return refuse(spec, value, "a list of strings, or one string", err);
    *typed = cJSON_IsArray(value) ? cJSON_Duplicate(value, true) : split(spec, value->valuestring);
    return true;
}

static const struct option_spec *find(const char *name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(OPTION_TABLE[i].name, name) == 0)
            return &OPTION_TABLE[i];
    return NULL;
}

static bool refuse_name(const char *name, struct error *err)
{
    char names[NAMES_TEXT_SIZE] = "";
    size_t length = 0;
    for (size_t i = 0; i < OPTION_COUNT && length < sizeof(names); i++)
        length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s", i ? ", " : "",
                                   OPTION_TABLE[i].name);
    return error_set(err, ERROR_USAGE, 0, "option \"%.100s\": no such option (have: %s)", name,
                     names);
}

/* Adds the value with its type to `given`, or nothing where none was given. */
static bool convert(const cJSON *value, cJSON *given, struct error *err)
{
    static bool (*const converters[])(const struct option_spec *, const cJSON *, cJSON **,
                                      struct error *) = {
        [OPTION_TEXT] = to_text,
        [OPTION_FLAG] = to_flag,
        [OPTION_NUMBER] = to_number,
        [OPTION_LIST] = to_list,
    };
    const struct option_spec *spec = find(value->string);
    cJSON *typed = NULL;
    if (!spec)
        return refuse_name(value->string, err);
    if (cJSON_IsNull(value) || (cJSON_IsString(value) && *value->valuestring == '\0'))
        return true;
    if (!converters[spec->shape](spec, value, &typed, err))
        return false;
    if (!typed)
        return error_no_memory(err, "an option", sizeof(*typed));
    const cJSON *other = cJSON_GetObjectItemCaseSensitive(given, spec->field);
    if (other && !cJSON_Compare(other, typed, true)) {
        cJSON_Delete(typed);
        return refuse(spec, value, "the value that its other name has, or none", err);
    }
    cJSON_DeleteItemFromObjectCaseSensitive(given, spec->field);
    if (cJSON_AddItemToObject(given, spec->field, typed))
        return true;
    cJSON_Delete(typed);
    return error_no_memory(err, "an option", sizeof(*typed));
}

bool options_apply(const cJSON *options, struct settings *settings, struct error *err)
{
    const cJSON *value = NULL;
    cJSON *given = cJSON_CreateObject();
    if (!given)
        return error_no_memory(err, "the options", sizeof(*given));
    bool good = true;
    cJSON_ArrayForEach(value, options)
    {
        /* Of a name that comes twice, the last counts. */
        good = rpc_member(options, value->string) != value || convert(value, given, err);
        if (!good)
            break;
    }
    good = good && settings_from_json(given, settings, err);
    cJSON_Delete(given);
    return good;
}

bool options_check_fixed(const struct settings *generated, const struct settings *now,
                         struct error *err)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_spec *spec = &OPTION_TABLE[i];
        if (!spec->is_fixed)
            continue;
        const char *was = *(char *const *)((const char *)generated + spec->offset);
        const char *is = *(char *const *)((const char *)now + spec->offset);
        was = was ? was : spec->initial;
        is = is ? is : spec->initial;
        if (is && (!was || strcmp(was, is) != 0))
            return error_set(err, ERROR_USAGE, 0,
                             "option \"%s\": \"%s\": this project was generated with %s%s%s, which "
                             "cannot be changed afterwards: generate another project",
                             spec->name, is, was ? "\"" : "none", was ? was : "", was ? "\"" : "");
    }
    return true;
}

static cJSON *method_names(int methods)
{
    static const struct {
        int method;
        const char *name;
    } names[] = {
        {OPTION_GENERATE, "generate_project"},
        {OPTION_BUILD, "build"},
        {OPTION_FLASH, "flash"},
        {OPTION_OPEN, "open_transport"},
    };
    cJSON *list = methods ? cJSON_CreateArray() : cJSON_CreateNull();
    bool good = list != NULL;
    for (size_t i = 0; good && i < sizeof(names) / sizeof(names[0]); i++)
        if (methods & names[i].method)
            good = cJSON_AddItemToArray(list, cJSON_CreateString(names[i].name));
    if (!good) {
        cJSON_Delete(list);
        return NULL;
    }
    return list;
}

static cJSON *choice_names(const struct option_spec *spec, const struct option_choices *choices)
{
    const char *const *names = spec->choices;
    if (strcmp(spec->field, "board") == 0)
        names = (const char *const *)choices->boards;
    else if (strcmp(spec->field, "project_type") == 0)
        names = (const char *const *)choices->project_types;
    int count = 0;
    while (names[count])
        count++;
    return count ? cJSON_CreateStringArray(names, count) : cJSON_CreateNull();
}

static cJSON *describe(const struct option_spec *spec, const struct option_choices *choices)
{
    static const char *const types[] = {[OPTION_TEXT] = "str",
                                        [OPTION_FLAG] = "bool",
                                        [OPTION_NUMBER] = "int",
                                        [OPTION_LIST] = "str"};
    cJSON *json = cJSON_CreateObject();
    bool good = json && cJSON_AddStringToObject(json, "name", spec->name) &&
                cJSON_AddItemToObject(json, "choices", choice_names(spec, choices)) &&
                cJSON_AddNullToObject(json, "default") &&
                cJSON_AddStringToObject(json, "type", types[spec->shape]) &&
                cJSON_AddItemToObject(json, "required", method_names(spec->required)) &&
                cJSON_AddItemToObject(json, "optional", method_names(spec->optional)) &&
                cJSON_AddStringToObject(json, "help", spec->help);
    if (!good) {
        cJSON_Delete(json);
        return NULL;
    }
    return json;
}

bool options_describe(const struct option_choices *choices, cJSON **ret_json, struct error *err)
{
    cJSON *list = cJSON_CreateArray();
    bool good = list != NULL;
    for (size_t i = 0; good && i < OPTION_COUNT; i++)
        good = cJSON_AddItemToArray(list, describe(&OPTION_TABLE[i], choices));
    if (!good) {
        cJSON_Delete(list);
        return error_no_memory(err, "the options", OPTION_COUNT * sizeof(cJSON));
    }
    *ret_json = list;
    return true;
}
