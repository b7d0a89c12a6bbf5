/* --option NAME=VALUE of a command line as project options: what an API client sends in JSON. */
#ifndef MICROTVM_QEMU_COMMANDS_OPTION_ARGUMENTS_H
#define MICROTVM_QEMU_COMMANDS_OPTION_ARGUMENTS_H

#include "base/error.h"
#include "project/settings.h"

#include <stdbool.h>
#include <stddef.h>

struct option_arguments {
    const char **texts; /* "NAME=VALUE", argv's; owned array */
    size_t count;
};

/* Errors: ERROR_USAGE when text is not NAME=VALUE; ERROR_INTERNAL (memory). */
bool option_arguments_add(struct option_arguments *options, const char *text, struct error *err);
void option_arguments_dispose(struct option_arguments *options);

/* Apply them and the board (--board; NULL: none was named) to settings that were initialised; the
 * caller disposes of them. Errors: ERROR_USAGE with the option, or when two boards are named;
 * ERROR_INTERNAL (memory). */
bool option_arguments_apply(const struct option_arguments *options, const char *board,
                            struct settings *settings, struct error *err);

/* A board that is a path ("./my_board.json", "my_board.json") is told from the working folder; make
 * it absolute. *board is of malloc; NULL, a name: left. Errors: ERROR_USAGE when no such file is
 * there, ERROR_SYSTEM. */
bool option_arguments_find_board(char **board, struct error *err);

/* Is one runtime named at most? crt_dir: --crt-dir, or NULL. Errors: ERROR_USAGE. */
bool option_arguments_check_crt(const char *crt_dir, const struct settings *settings,
                                struct error *err);

/* Can COMMAND, which drives the model from the host, work with these settings? crt_dir: --crt-dir,
 * or NULL. Errors: ERROR_USAGE with the option. */
bool option_arguments_check_host_driven(const char *command, const char *crt_dir,
                                        const struct settings *settings, struct error *err);

#endif
