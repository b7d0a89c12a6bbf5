/* `run`'s --board and --option as project options: what an API client sends in JSON. */
#include "api/options.h"
#include "commands/run_args.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* One "NAME=VALUE". Values are strings, as tvmc sends them for every type. */
static bool apply(const char *text, struct settings *settings, struct error *err)
{
    const char *equals = strchr(text, '=');
    char *name = strndup(text, (size_t)(equals - text));
    cJSON *object = cJSON_CreateObject();
    bool good = false;
    if (!name || !object || !cJSON_AddStringToObject(object, name, equals + 1))
        error_no_memory(err, "an option", strlen(text));
    else
        good = options_apply(object, settings, err);
    cJSON_Delete(object);
    free(name);
    return good ? true : error_wrap(err, "--option %s", text);
}

bool run_settings(const struct run_args *args, struct settings *settings, struct error *err)
{
    settings->board = strdup(args->board);
    if (!settings->board)
        return error_no_memory(err, "the board's name", strlen(args->board));
    for (size_t i = 0; i < args->options_count; i++)
        if (!apply(args->options[i], settings, err))
            return false;
    if (strcmp(settings->board, args->board) != 0)
        return error_set(err, ERROR_USAGE, 0, "--board %s and --option board=%s: name one board",
                         args->board, settings->board);
    if (settings->project_type && strcmp(settings->project_type, "host_driven") != 0)
        return error_set(err, ERROR_USAGE, 0,
                         "--option project_type=%s: run drives the model from the host: leave it "
                         "out",
                         settings->project_type);
    if (settings->crt && strcmp(settings->crt, "bundled") == 0 && args->crt_dir)
        return error_set(err, ERROR_USAGE, 0,
                         "--crt-dir %s and --option crt=bundled: name one runtime", args->crt_dir);
    return true;
}
