/* Project options: one table says everything about each of them. What clients are told comes from
 * it (options_describe), and what they send goes through it (options_apply). */
#ifndef MICROTVM_QEMU_API_OPTIONS_H
#define MICROTVM_QEMU_API_OPTIONS_H

#include "base/error.h"
#include "project/settings.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* The methods that take options; sets of them are or-ed. */
enum option_method {
    OPTION_GENERATE = 1,
    OPTION_BUILD = 2,
    OPTION_FLASH = 4,
    OPTION_OPEN = 8,
};

enum option_shape { OPTION_TEXT, OPTION_FLAG, OPTION_NUMBER, OPTION_LIST };

struct option_spec {
    const char *name;
    const char *field; /* of struct settings; not always the name: zephyr_board is board.
                        * NULL: checked for its shape, and then ignored */
    enum option_shape shape;
    int required;           /* set of option_method: a user of tvmc must type it there */
    int optional;           /* set of option_method */
    bool is_fixed;          /* chosen when a project is generated, and then no more */
    size_t offset;          /* fixed ones are texts in struct settings; this is where */
    const char *initial;    /* fixed ones: what it is when nothing was chosen; may be NULL */
    const char *choices[7]; /* NULL-terminated; {NULL}: any, or found in folders */
    const char *help;
};

extern const struct option_spec OPTION_TABLE[];
extern const size_t OPTION_COUNT;

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
