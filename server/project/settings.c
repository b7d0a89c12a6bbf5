#include "project/settings.h"

#include "project/settings_fields.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_FIELD(name)                                                                           \
    {                                                                                              \
#name, FIELD_TEXT, offsetof(struct settings, name), 0, 0, 0                                \
    }
#define LIST_FIELD(name)                                                                           \
    {                                                                                              \
#name, FIELD_LIST, offsetof(struct settings, name), 0, 0, 0                                \
    }
#define FLAG_FIELD(name)                                                                           \
    {                                                                                              \
#name, FIELD_FLAG, offsetof(struct settings, name), 0, 0, 0                                \
    }
#define NUMBER_FIELD(name, unset, least, most)                                                     \
    {                                                                                              \
#name, FIELD_NUMBER, offsetof(struct settings, name), unset, least, most                   \
    }

enum { GIB = 1024 * 1024 * 1024, WEEK_S = 604800 };

const struct field SETTINGS_FIELDS[SETTINGS_FIELD_COUNT] = {
    TEXT_FIELD(project_type),
    TEXT_FIELD(board),
    TEXT_FIELD(crt),
    TEXT_FIELD(module),
    TEXT_FIELD(optimization),
    TEXT_FIELD(cmsis_path),
    TEXT_FIELD(extra_files_tar),
    TEXT_FIELD(serial_number),
    TEXT_FIELD(confine),
    LIST_FIELD(compile_definitions),
    LIST_FIELD(qemu_args),
    NUMBER_FIELD(workspace_size_bytes, 0, 0, GIB),
    NUMBER_FIELD(config_main_stack_size, 0, 0, GIB),
    /* From what the smallest of TVM's own configurations has, to half of what our client takes. */
    NUMBER_FIELD(rpc_packet_size_bytes, 0, 512, 65536),
    NUMBER_FIELD(gdbserver_port, 0, 0, 65535),
    NUMBER_FIELD(icount, -1, -1, 10),
    NUMBER_FIELD(build_timeout_s, BUILD_TIMEOUT_DEFAULT_S, 0, WEEK_S),
    NUMBER_FIELD(build_memory_mib, BUILD_MEMORY_DEFAULT_MIB, 0, GIB),
    NUMBER_FIELD(build_jobs, 0, 0, 4096),
    FLAG_FIELD(link_parameters),
    FLAG_FIELD(verbose),
    FLAG_FIELD(warning_as_error),
};

void settings_free_list(char **list)
{
    for (char **item = list; item && *item; item++)
        free(*item);
    free(list);
}

void settings_init(struct settings *settings)
{
    memset(settings, 0, sizeof(*settings));
    for (int i = 0; i < SETTINGS_FIELD_COUNT; i++)
        if (SETTINGS_FIELDS[i].type == FIELD_NUMBER)
            *(int64_t *)field_at(&SETTINGS_FIELDS[i], settings) = SETTINGS_FIELDS[i].unset;
}

void settings_dispose(struct settings *settings)
{
    for (int i = 0; i < SETTINGS_FIELD_COUNT; i++) {
        if (SETTINGS_FIELDS[i].type == FIELD_TEXT)
            free(*(char **)field_at(&SETTINGS_FIELDS[i], settings));
        if (SETTINGS_FIELDS[i].type == FIELD_LIST)
            settings_free_list(*(char ***)field_at(&SETTINGS_FIELDS[i], settings));
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

const char *settings_without_dash_d(const char *definition)
{
    return strncmp(definition, "-D", 2) == 0 ? definition + 2 : definition;
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

static bool check_list(const struct field *field, char *const *list, struct error *err)
{
    for (; list && *list; list++) {
        if (field_is_definitions(field)) {
            if (!check_definition(*list, err))
                return false;
        } else if (!text_is_plain(*list)) {
            return error_set(err, ERROR_USAGE, 0, "option %s: control characters in an item",
                             field->key);
        }
    }
    return true;
}

static bool check_field(const struct field *field, const struct settings *settings,
                        struct error *err)
{
    const void *at = field_of(field, settings);
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
