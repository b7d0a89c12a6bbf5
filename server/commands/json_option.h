/* The command line of a subcommand that takes --json, --help and nothing else. */
#ifndef MICROTVM_QEMU_COMMANDS_JSON_OPTION_H
#define MICROTVM_QEMU_COMMANDS_JSON_OPTION_H

#include <stdbool.h>

/* False: nothing is left to do but to return *ret_exit_code, for help was asked for or what is
 * wrong was said. argv[0] is the subcommand. */
bool json_option_read(int argc, char **argv, const char *usage, bool *ret_as_json,
                      int *ret_exit_code);

#endif
