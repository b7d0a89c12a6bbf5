/* The command line of `microtvm-qemu regress`. */
#ifndef MICROTVM_QEMU_COMMANDS_REGRESS_ARGS_H
#define MICROTVM_QEMU_COMMANDS_REGRESS_ARGS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Strings of argv, in an owned array. */
struct texts {
    const char **items;
    size_t count;
};

enum regress_mode {
    REGRESS_RUN,
    REGRESS_LIST,
    REGRESS_UPDATE,
    REGRESS_INIT,
    REGRESS_MERGE,
};

struct regress_args {
    enum regress_mode mode;
    const char *suite;     /* NULL: none, to merge */
    struct texts operands; /* archives of --init, reports of --merge */
    struct texts boards;   /* of --init */
    struct texts filters;
    unsigned jobs; /* 0: as many as there are processors */
    unsigned retries;
    unsigned shard;  /* from 1 */
    unsigned shards; /* 0: all of the suite */
    bool fail_fast;
    bool no_cache;
    bool help;
    const char *cache_dir;  /* NULL: the user's */
    const char *report_dir; /* NULL: no files are written */
};

/* Errors: ERROR_USAGE with the argument and what to give instead; ERROR_INTERNAL (memory). With
 * --help nothing else is asked for. */
bool regress_args_parse(int argc, char **argv, struct regress_args *ret_args, struct error *err);
void regress_args_dispose(struct regress_args *args);
void regress_args_help(FILE *out);

#endif
