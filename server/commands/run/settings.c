#include "commands/run/args.h"

#include <stdlib.h>
#include <string.h>

bool run_is_standalone(const struct settings *settings)
{
    return settings->project_type && strcmp(settings->project_type, "aot_standalone_demo") == 0;
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
    if (!option_arguments_apply(&args->options, args->board, settings, err) ||
        !take_project_type(args->project_type, settings, err))
        return false;
    return run_is_standalone(settings)
               ? option_arguments_check_crt(args->crt_dir, settings, err)
               : option_arguments_check_host_driven("run", args->crt_dir, settings, err);
}
