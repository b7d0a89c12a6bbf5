#include "commands/run_args.h"

bool run_settings(const struct run_args *args, struct settings *settings, struct error *err)
{
    return option_arguments_apply(&args->options, args->board, settings, err) &&
           option_arguments_check_host_driven("run", args->crt_dir, settings, err);
}
