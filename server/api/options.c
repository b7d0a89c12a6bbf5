#include "api/options.h"

#include "api/option_table.h"
#include "api/option_value.h"
#include "api/rpc.h"
#include "board/machine.h"
#include "board/qemu/qemu_args.h"
#include "project/board_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_TEXT_SIZE = 800 };

static bool is_known(const char *name)
{
    size_t i = 0;
    while (i < OPTION_COUNT && strcmp(OPTION_TABLE[i].name, name) != 0)
        i++;
    return i < OPTION_COUNT;
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

/* Adds to `given` what the settings are to have: nothing of an option that is ignored. */
static bool take(const struct option_spec *spec, const cJSON *value, cJSON *given,
                 struct error *err)
{
    cJSON *typed = NULL;
    if (!option_value_convert(spec, value, &typed, err))
        return false;
    if (!typed || !spec->field) {
        cJSON_Delete(typed);
        return true;
    }
    const cJSON *other = cJSON_GetObjectItemCaseSensitive(given, spec->field);
    if (other && !cJSON_Compare(other, typed, true)) {
        cJSON_Delete(typed);
        return option_value_refuse(spec, value, "the value that its other name has, or none", err);
    }
    cJSON_DeleteItemFromObjectCaseSensitive(given, spec->field);
    if (cJSON_AddItemToObject(given, spec->field, typed))
        return true;
    cJSON_Delete(typed);
    return error_no_memory(err, "an option", sizeof(*typed));
}

/* Of a name that comes twice, the last counts. Looked for by option, not by member: however many
 * members there are, they are gone through once for each option. */
static bool take_all(const cJSON *options, cJSON *given, struct error *err)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, options)
    {
        if (!is_known(member->string))
            return refuse_name(member->string, err);
    }
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const cJSON *value = rpc_member(options, OPTION_TABLE[i].name);
        if (value && !take(&OPTION_TABLE[i], value, given, err))
            return false;
    }
    return true;
}

static bool check_qemu_args(const cJSON *given, struct error *err)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(given, "qemu_args");
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)
    {
        const char *const args[] = {cJSON_GetStringValue(item), NULL};
        if (!qemu_args_check(args, err))
            return error_wrap(err, "option \"qemu_args\"");
    }
    return true;
}

bool options_apply(const cJSON *options, struct settings *settings, struct error *err)
{
    cJSON *given = cJSON_CreateObject();
    if (!given)
        return error_no_memory(err, "the options", sizeof(*given));
    bool good = take_all(options, given, err) && check_qemu_args(given, err) &&
                settings_from_json(given, settings, err);
    cJSON_Delete(given);
    return good;
}

bool options_check_board(const struct settings *settings, struct error *err)
{
    struct machine machine;
    const char *board = settings->board;
    if (!board || !board_file_is_path(board))
        return true;
    if (board[0] != '/')
        return error_set(err, ERROR_USAGE, 0,
                         "option \"board\": \"%s\": want a name, or an absolute path: the server "
                         "would take this one from its own working folder",
                         board);
    if (!machine_load_file(board, &machine, err))
        return error_wrap(err, "option \"board\"");
    machine_dispose(&machine);
    return true;
}

char *options_ignored(const cJSON *options)
{
    char names[NAMES_TEXT_SIZE] = "";
    size_t length = 0;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_spec *spec = &OPTION_TABLE[i];
        const cJSON *value = spec->field ? NULL : rpc_member(options, spec->name);
        struct error err;
        cJSON *typed = NULL;
        if (!value || !option_value_convert(spec, value, &typed, &err))
            continue;
        if (typed && !cJSON_IsFalse(typed) && length < sizeof(names))
            length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s",
                                       length ? ", " : "", spec->name);
        cJSON_Delete(typed);
    }
    return length ? strdup(names) : NULL;
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
    const char *field = spec->field ? spec->field : "";
    if (strcmp(field, "board") == 0)
        names = (const char *const *)choices->boards;
    else if (strcmp(field, "project_type") == 0)
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
