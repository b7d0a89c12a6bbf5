/* A suite: the cases of a regression test, as one JSON document describes them
 * (server/doc/suite.schema.json). Patterns and lists of boards are resolved: a case here is one
 * model on one board. */
#ifndef MICROTVM_QEMU_REGRESS_SUITE_SUITE_H
#define MICROTVM_QEMU_REGRESS_SUITE_SUITE_H

#include "regress/suite/measure.h"

#include <stdbool.h>
#include <stddef.h>

#define SUITE_FORMAT "microtvm-qemu suite"

enum { SUITE_DEADLINE_S = 300 }; /* of a case, where the suite says nothing */

/* A file for one of the model's inputs or outputs. */
struct suite_file {
    const char *name; /* NULL: by its place */
    const char *path;
};

struct suite_files {
    struct suite_file *items;
    size_t count;
};

enum suite_rule {
    RULE_BOUNDS, /* |got - expected| <= atol + rtol * |expected|; run's, where neither is given */
    RULE_EXACT,
    RULE_COSINE,
    RULE_TOP_1,
};

struct suite_tolerance {
    enum suite_rule rule;
    double rtol; /* negative: not given */
    double atol;
    double least; /* of RULE_COSINE and RULE_TOP_1 */
};

struct suite_limits {
    double most[MEASURE_COUNT];           /* negative: no limit */
    double growth_percent[MEASURE_COUNT]; /* against the baseline; likewise */
};

struct suite_case {
    const char *name; /* "digits@mps2_an385": unique */
    const char *model;
    const char *board;
    struct suite_files inputs;
    struct suite_files expected;
    const char *labels; /* NULL: none, as with the others */
    const char *project_type;
    const char *crt_dir;
    const char **options; /* "NAME=VALUE", NULL-terminated */
    struct suite_tolerance tolerance;
    double least_accuracy; /* negative: whatever */
    double timeout_s;      /* 0: run's */
    double deadline_s;
    struct suite_limits limits;
};

struct suite {
    const char *path;     /* as it was named */
    char *dir;            /* paths in the document are told from here */
    const char *baseline; /* the file, there or not */
    struct suite_case *cases;
    size_t count;
    /* All that the strings and lists above are in. */
    void **kept;
    size_t kept_count;
};

/* Is it the file of a definition of one's own ("mine.json", "boards/mine"), no board's name? */
bool suite_board_is_file(const char *board);

/* Is there a case whose name has the pattern (fnmatch; a plain text may stand anywhere in it)? */
bool suite_has(const struct suite *suite, const char *pattern);

/* Leave the cases whose name has one of the patterns (likewise), and of those every N-th of
 * SHARDS, beginning with the SHARD-th, from 1. shards 0: all. */
void suite_select(struct suite *suite, const char *const *patterns, size_t patterns_count,
                  unsigned shard, unsigned shards);

/* Safe on a zeroed struct and twice. */
void suite_dispose(struct suite *suite);

#endif
