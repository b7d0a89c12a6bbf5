/* Project options. What clients are told of them (options_describe), and what they send
 * (options_apply), goes through option_table.h. */
#ifndef MICROTVM_QEMU_API_OPTIONS_H
#define MICROTVM_QEMU_API_OPTIONS_H

#include "base/error.h"
#include "project/settings.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* Choices that are data on disk: NULL-terminated lists of names. */
struct option_choices {
    char *const *boards;
    char *const *project_types;
};

/* The list for server_info_query. Every default is null: clients send the default of each option
 * that their user did not give, with every call, and that must not undo what the user chose when
 * the project was generated. The caller deletes *ret_json. Errors: ERROR_INTERNAL (memory). */
bool options_describe(const struct option_choices *choices, cJSON **ret_json, struct error *err);

/* Values that were given replace those in settings; null and "" mean "not given". Strings are
 * taken for every type, as tvmc sends nothing else. On an error settings stays as it was.
 * Errors: ERROR_USAGE with name and value; an unknown name lists those that there are. */
bool options_apply(const cJSON *options, struct settings *settings, struct error *err);

/* "west_cmd, use_fvp": those that are ignored though they were given a value, and not false; NULL
 * where there are none, or no memory. The caller frees it. For options that options_apply took. */
char *options_ignored(const cJSON *options);

/* Is the board of a new project a path, then of a good definition (machine_load_file)? It must be
 * an absolute one: a client's working folder is not the server's. Any name is right here. Errors:
 * ERROR_USAGE with file and field, ERROR_SYSTEM. */
bool options_check_board(const struct settings *settings, struct error *err);

/* Does `now` ask for something that only a new project can have? Errors: ERROR_USAGE. */
bool options_check_fixed(const struct settings *generated, const struct settings *now,
                         struct error *err);

#endif
