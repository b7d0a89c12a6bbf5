#include "project/settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void settings_init(struct settings *settings)
{
    memset(settings, 0, sizeof(*settings));
    for (int i = 0; i < SETTINGS_FIELD_COUNT; i++)
        if (SETTINGS_FIELDS[i].type == FIELD_NUMBER)
            *(int64_t *)settings_field_at(&SETTINGS_FIELDS[i], settings) = SETTINGS_FIELDS[i].unset;
}

void settings_dispose(struct settings *settings)
{
    for (int i = 0; i < SETTINGS_FIELD_COUNT; i++) {
        if (SETTINGS_FIELDS[i].type == FIELD_TEXT)
            free(*(char **)settings_field_at(&SETTINGS_FIELDS[i], settings));
        if (SETTINGS_FIELDS[i].type == FIELD_LIST)
            settings_free_list(*(char ***)settings_field_at(&SETTINGS_FIELDS[i], settings));
    }
    settings_init(settings);
}

/* Control characters would end a line of a build file or of a report in the middle. */
static bool text_is_plain(const char *text)
{
    for (; *text; text++)
        if (iscntrl((unsigned char)*text))
            return false;
    return true;
}

static bool check_definition(const char *definition, struct error *err)
{
    const char *at = settings_without_dash_d(definition);
    bool good = isalpha((unsigned char)*at) || *at == '_';
    while (isalnum((unsigned char)*at) || *at == '_')
        at++;
    good = good && (*at == '\0' || *at == '=') && !strchr(at, ';') && text_is_plain(at);
    if (good)
        return true;
    return error_set(err, ERROR_USAGE, 0,
                     "option compile_definitions: \"%s\": not NAME or NAME=VALUE (a value has no "
                     "';' and no control characters)",
                     definition);
}

static bool check_list(const struct settings_field *field, char *const *list, struct error *err)
{
    for (; list && *list; list++) {
        if (settings_field_is_definitions(field)) {
            if (!check_definition(*list, err))
                return false;
        } else if (!text_is_plain(*list)) {
            return error_set(err, ERROR_USAGE, 0, "option %s: control characters in an item",
                             field->key);
        }
    }
    return true;
}

static bool check_field(const struct settings_field *field, const struct settings *settings,
                        struct error *err)
{
    const void *at = settings_field_of(field, settings);
    if (field->type == FIELD_LIST)
        return check_list(field, *(char *const *const *)at, err);
    if (field->type == FIELD_NUMBER) {
        int64_t value = *(const int64_t *)at;
        if (value != field->unset && (value < field->least || value > field->most))
            return error_set(err, ERROR_USAGE, 0, "option %s: %lld: not between %lld and %lld",
                             field->key, (long long)value, (long long)field->least,
                             (long long)field->most);
    }
    if (field->type == FIELD_TEXT) {
        const char *text = *(const char *const *)at;
        if (text && !text_is_plain(text))
            return error_set(err, ERROR_USAGE, 0, "option %s: control characters in its value",
                             field->key);
    }
    return true;
}

static bool check_choice(const char *name, const char *value, const char *const *choices,
                         struct error *err)
{
    char text[128] = "";
    for (; *choices; choices++) {
        if (!value || strcmp(value, *choices) == 0)
            return true;
        size_t length = strlen(text);
        snprintf(text + length, sizeof(text) - length, " %s", *choices);
    }
    return error_set(err, ERROR_USAGE, 0, "option %s: \"%s\": not one of%s", name, value, text);
}

bool settings_check(const struct settings *settings, struct error *err)
{
    static const char *const LEVELS[] = {"0", "1", "2", "3", "s", "g", NULL};
    static const char *const CRTS[] = {"given", "bundled", NULL};
    static const char *const WAYS[] = {"auto", "landlock", "bubblewrap", "off", NULL};
    for (int i = 0; i < SETTINGS_FIELD_COUNT; i++)
        if (!check_field(&SETTINGS_FIELDS[i], settings, err))
            return false;
    return check_choice("optimization", settings->optimization, LEVELS, err) &&
           check_choice("crt", settings->crt, CRTS, err) &&
           check_choice("confine", settings->confine, WAYS, err);
}
