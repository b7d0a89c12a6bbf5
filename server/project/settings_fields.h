/* The project options that were chosen, typed; and their fields as a table, which all that concerns
 * each of them goes through. */
#ifndef MICROTVM_QEMU_PROJECT_SETTINGS_FIELDS_H
#define MICROTVM_QEMU_PROJECT_SETTINGS_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROJECT_TYPE_DEFAULT "host_driven"
#define PROJECT_TYPE_STANDALONE "aot_standalone_demo"

enum { BUILD_TIMEOUT_DEFAULT_S = 600, BUILD_MEMORY_DEFAULT_MIB = 4096 };

struct settings {
    char *project_type; /* NULL: PROJECT_TYPE_DEFAULT */
    char *board;        /* NULL: not chosen */
    char *crt;          /* NULL: "given" */
    char *module;       /* a model by its name; NULL: the archive's first */
    char *optimization; /* "0" "1" "2" "3" "s" "g"; NULL: "2" */
    char *cmsis_path;
    char *extra_files_tar;
    char *serial_number;
    char *confine;                  /* "auto" "landlock" "bubblewrap" "off"; NULL: "auto" */
    char **compile_definitions;     /* "NAME" or "NAME=VALUE", also with -D; NULL-terminated
                                     * or NULL */
    char **qemu_args;               /* NULL-terminated or NULL */
    int64_t workspace_size_bytes;   /* 0: sized from the model */
    int64_t config_main_stack_size; /* bytes; 0: the board's default */
    int64_t rpc_packet_size_bytes;  /* 0: the board's default */
    int64_t gdbserver_port;         /* 0: none */
    int64_t icount;                 /* -1: off; shift 0..10 */
    int64_t build_timeout_s;        /* for all of a build; 0: unlimited */
    int64_t build_memory_mib;       /* for each of its programs, and each file; 0: unlimited */
    int64_t build_jobs;             /* compilers at once; 0: as ninja thinks fit */
    bool link_parameters;           /* linked_params.h */
    bool verbose;
    bool warning_as_error;
};

enum { SETTINGS_FIELD_COUNT = 22, SETTINGS_LIST_MAX_ITEMS = 1000 };

enum settings_field_type { FIELD_TEXT, FIELD_LIST, FIELD_NUMBER, FIELD_FLAG };

struct settings_field {
    const char *key;
    enum settings_field_type type;
    size_t offset;
    int64_t unset; /* numbers only; need not be between least and most */
    int64_t least;
    int64_t most;
};

extern const struct settings_field SETTINGS_FIELDS[SETTINGS_FIELD_COUNT];

static inline void *settings_field_at(const struct settings_field *field, struct settings *settings)
{
    return (char *)settings + field->offset;
}

static inline const void *settings_field_of(const struct settings_field *field,
                                            const struct settings *settings)
{
    return (const char *)settings + field->offset;
}

static inline bool settings_field_is_definitions(const struct settings_field *field)
{
    return field->offset == offsetof(struct settings, compile_definitions);
}

/* "-DNAME=1" is taken for "NAME=1": other project API servers hand it to
 * target_compile_definitions, which does the same. */
const char *settings_without_dash_d(const char *definition);

void settings_free_list(char **list);

#endif
