#include "base/cleanup.h"
#include "base/file.h"
#include "commands/commands.h"
#include "commands/exit_code.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: microtvm-qemu template-dir\n"
    "\n"
    "Prints the folder to give to TVM as a template project:\n"
    "  tvm.micro.generate_project(\"$(microtvm-qemu template-dir)\", ...)\n"
    "  tvmc micro create PROJECT model.tar template --template-dir \"$(microtvm-qemu "
    "template-dir)\"\n";

static bool print_template_dir(struct error *err)
{
    cleanup_free char *share_dir = NULL;
    if (!file_share_dir(&share_dir, err))
        return false;
    cleanup_free char *template_dir = file_path("%s/template", share_dir);
    if (!template_dir)
        return error_no_memory(err, "a path", PATH_MAX);
    cleanup_free char *real = realpath(template_dir, NULL);
    if (!real)
        return error_set(err, ERROR_SYSTEM, errno, "template folder \"%s\"", template_dir);
    puts(real);
    return true;
}

int command_template_dir(int argc, char **argv)
{
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(usage, stdout);
        return EXIT_CODE_OK;
    }
    if (argc > 1) {
        fprintf(stderr, "microtvm-qemu template-dir: \"%s\": takes no arguments\n%s", argv[1],
                usage);
        return EXIT_CODE_USAGE;
    }
    struct error err = {0};
    if (!print_template_dir(&err))
        return (int)exit_with_error("template-dir", &err);
    return EXIT_CODE_OK;
}
