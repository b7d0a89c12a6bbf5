#include "commands/run_args.h"

#include <string.h>

bool run_settings(const struct run_args *args, struct settings *settings, struct error *err)
{
    if (!option_arguments_apply(&args->options, args->board, settings, err))
        return false;
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
