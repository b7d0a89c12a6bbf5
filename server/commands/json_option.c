#include "commands/json_option.h"

#include "commands/exit_code.h"

#include <getopt.h>
#include <stdio.h>

bool json_option_read(int argc, char **argv, const char *usage, bool *ret_as_json,
                      int *ret_exit_code)
{
    static const struct option long_options[] = {
        {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    int option;
    *ret_as_json = false;
    *ret_exit_code = EXIT_CODE_USAGE;
    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            *ret_exit_code = EXIT_CODE_OK;
            return false;
        }
        if (option != 'j') {
            fputs(usage, stderr);
            return false;
        }
        *ret_as_json = true;
    }
    if (optind == argc)
        return true;
    fprintf(stderr, "microtvm-qemu %s: \"%s\": takes no such argument\n%s", argv[0], argv[optind],
            usage);
    return false;
}
