/* The command line of `microtvm-qemu run`. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_ARGS_H
#define MICROTVM_QEMU_COMMANDS_RUN_ARGS_H

#include "base/error.h"
#include "client/compare.h"
#include "commands/option_arguments.h"
#include "project/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    RUN_DEFAULT_TIMEOUT_MS = 60 * 1000,
    RUN_MAX_ITERATIONS = 1000000, /* what the firmware of type mlperftiny takes */
};

struct run_args {
    const char *model_path; /* strings are argv's unless said otherwise */
    const char *board;
    const char **inputs; /* files.h; owned array */
    size_t inputs_count;
    const char **expects; /* likewise */
    size_t expects_count;
    struct option_arguments options;
    struct tolerance tolerance;
    int64_t timeout_ms;           /* of one call on the device */
    int64_t deadline_ms;          /* of all; 0: none */
    int client_fd;                /* client_fd.h; -1: none */
    const char *project_type;     /* NULL: --option project_type, or what can run the model */
    const char *labels_path;      /* NULL: none */
    unsigned iterations;          /* of each input, for mlperftiny; at least 1 */
    unsigned warmups;             /* before them */
    const char *output_dir;       /* NULL: none */
    const char *keep_dir;         /* NULL: none */
    const char *cache_dir;        /* NULL: none */
    const char *crt_dir;          /* NULL: the bundled runtime */
    const char *json_path;        /* of the document; "-": standard output; NULL: none is wanted */
    const char *trace_dir;        /* NULL: none */
    const char *expect_trace_dir; /* its folder; NULL: none */
    bool count;                   /* instructions, of each operator */
    bool memory;                  /* tell what takes the board's memory */
    bool verbose;
    bool help;
};

/* Errors: ERROR_USAGE with the argument and what to give instead; ERROR_INTERNAL (memory); what
 * could be understood is in *ret_args then, too: --json, wherever it stands. The caller disposes of
 * it in any case. With --help nothing else is asked for. */
bool run_args_parse(int argc, char **argv, struct run_args *ret_args, struct error *err);
void run_args_dispose(struct run_args *args);
void run_args_help(FILE *out);

/* The project options that were asked for, board included. settings was initialised; the caller
 * disposes of it. Errors: ERROR_USAGE with the option; ERROR_INTERNAL (memory). */
bool run_settings(const struct run_args *args, struct settings *settings, struct error *err);

/* Is it a type whose firmware `run` can talk to? told_by: what the message has in front of it.
 * Errors: ERROR_USAGE. */
bool run_check_project_type(const struct settings *settings, const char *told_by,
                            struct error *err);

/* Is the firmware to be an aot_standalone_demo, or an MLPerf Tiny benchmark? They talk otherwise.
 */
bool run_is_standalone(const struct settings *settings);
bool run_is_mlperftiny(const struct settings *settings);

#endif
