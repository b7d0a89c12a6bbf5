/* The project options that were chosen, typed. What was chosen at generate time is remembered in
 * the manifest (project.json, "options"); later calls override single fields. */
#ifndef MICROTVM_QEMU_PROJECT_SETTINGS_H
#define MICROTVM_QEMU_PROJECT_SETTINGS_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
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

/* All unset: NULL, 0, icount -1, a build's limits as above. */
void settings_init(struct settings *settings);
void settings_dispose(struct settings *settings);

/* Is every value one that the firmware's build can take? Errors: ERROR_USAGE with the option's name
 * and value, and what it may be. */
bool settings_check(const struct settings *settings, struct error *err);

/* To and from the manifest's "options" object (keys are the field names; unset ones are left
 * out). settings_from_json overrides only fields that are there; on an error none of them. Both
 * check the values. Errors: ERROR_USAGE with key and value, ERROR_INTERNAL (memory). The caller
 * deletes *ret_json. */
bool settings_to_json(const struct settings *settings, cJSON **ret_json, struct error *err);
bool settings_from_json(const cJSON *json, struct settings *settings, struct error *err);

#endif
