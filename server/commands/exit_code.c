#include "commands/exit_code.h"

#include <stdio.h>

enum exit_code exit_code_of(const struct error *err)
{
    switch (err->kind) {
    case ERROR_NONE:
        return EXIT_CODE_OK;
    case ERROR_USAGE:
    case ERROR_STATE:
        return EXIT_CODE_USAGE;
    case ERROR_MODEL:
        return EXIT_CODE_MODEL;
    case ERROR_BUILD:
        return EXIT_CODE_BUILD;
    case ERROR_DEVICE:
    case ERROR_TIMEOUT:
    case ERROR_CLOSED:
        return EXIT_CODE_DEVICE;
    case ERROR_TOOL:
        return EXIT_CODE_TOOL;
    case ERROR_INTERRUPTED:
        return EXIT_CODE_INTERRUPTED;
    default:
        return EXIT_CODE_SYSTEM;
    }
}

enum exit_code exit_with_error(const char *command, const struct error *err)
{
    if (err->kind != ERROR_INTERRUPTED)
        fprintf(stderr, "microtvm-qemu %s: %s\n", command, err->text);
    return exit_code_of(err);
}
