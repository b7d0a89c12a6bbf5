#include "commands/run/args.h"

#include "base/text.h"
#include "project/types/mlperftiny.h"

#include <stdlib.h>
#include <string.h>

static bool is_type(const struct settings *settings, const char *type)
{
    return settings->project_type && strcmp(settings->project_type, type) == 0;
}

bool run_is_standalone(const struct settings *settings)
{
    return is_type(settings, PROJECT_TYPE_STANDALONE);
}

bool run_is_mlperftiny(const struct settings *settings)
{
    return is_type(settings, MLPERFTINY_TYPE);
}

bool run_check_project_type(const struct settings *settings, const char *told_by, struct error *err)
{
    static const char *const TYPES[] = {PROJECT_TYPE_DEFAULT, PROJECT_TYPE_STANDALONE,
                                        MLPERFTINY_TYPE};
    const char *type = settings->project_type;
    for (size_t i = 0; type && i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
        if (strcmp(type, TYPES[i]) == 0)
            return true;
    return !type || error_set(err, ERROR_USAGE, 0, "%s%s: no such type (have: %s, %s, %s)", told_by,
                              printable(type).text, TYPES[0], TYPES[1], TYPES[2]);
}

/* --project-type and --option project_type=... are the same. */
static bool take_project_type(const char *type, struct settings *settings, struct error *err)
{
    if (!type)
        return true;
    if (settings->project_type && strcmp(settings->project_type, type) != 0)
        return error_set(err, ERROR_USAGE, 0,
                         "--project-type %s and --option project_type=%s: name one type", type,
                         settings->project_type);
    free(settings->project_type);
    settings->project_type = strdup(type);
    return settings->project_type || error_no_memory(err, "the project's type", strlen(type));
}

bool run_settings(const struct run_args *args, struct settings *settings, struct error *err)
{
    settings->link_parameters = true; /* `run` knows that they are those of the archive */
    if (!option_arguments_apply(&args->options, args->board, settings, err) ||
        !option_arguments_find_board(&settings->board, err) ||
        !take_project_type(args->project_type, settings, err) ||
        !run_check_project_type(
            settings, args->project_type ? "--project-type " : "--option project_type=", err))
        return false;
    if (!run_is_mlperftiny(settings) && (args->iterations > 1 || args->warmups > 0))
        return error_set(err, ERROR_USAGE, 0,
                         "--iterations and --warmups are for --project-type %s", MLPERFTINY_TYPE);
    if (args->count && settings->icount >= 0)
        return error_set(
            err, ERROR_USAGE, 0,
            "--count and --option icount=%lld: leave the option out, the board's clock "
            "says what it must be to count exactly",
            (long long)settings->icount);
    if (args->count && run_is_mlperftiny(settings))
        return error_set(err, ERROR_USAGE, 0,
                         "--count: not for --project-type %s, which times the model itself (with "
                         "--option icount=N in instructions): give another type",
                         MLPERFTINY_TYPE);
    return option_arguments_check_crt(args->crt_dir, settings, err);
}
