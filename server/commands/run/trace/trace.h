/* What each operator gave (`run --trace`), and which one gives something else than in an earlier
 * trace (`--expect-trace`).
 *
 * A graph executor tells its outputs alone. So for each operator a board is sent the graph up to
 * it (model/graph/prefix.h), whose outputs are the operator's. Code for the AOT executor is built
 * into a firmware whose operators tell what they give (guest/platform/trace). Where code does not
 * say what type and shape that has, the model's own outputs are the trace. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_TRACE_TRACE_H
#define MICROTVM_QEMU_COMMANDS_RUN_TRACE_TRACE_H

#include "base/error.h"
#include "client/compare.h"
#include "client/report.h"
#include "client/tensor.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct trace {
    /* Not owned; NULL: not asked for. */
    const char *dir;
    const char *expect_dir;
    struct tolerance tolerance;
    const char *unit; /* what is traced: "operators", "outputs"; a literal */
    /* So far: */
    size_t operators; /* that were taken */
    char **files;     /* the names of their files. Owned */
    size_t files_count;
    char *different;        /* the first operator that differs, owned; NULL: none */
    size_t different_place; /* counted from 1 */
    size_t output;          /* which of its outputs */
    char how[256];
};

/* Can there be files in DIR, and is EXPECT_DIR another folder, which is there? Makes nothing.
 * Errors: those of results_check; ERROR_USAGE. */
bool trace_check(const struct trace *trace, struct error *err);

/* The next operator's outputs: each becomes DIR/NNN_NAME.npy (NNN_NAME_K.npy where there are
 * several), and is compared with EXPECT_DIR's. Errors: those of npy_load, npy_save; ERROR_USAGE:
 * the earlier trace has no such operator. */
bool trace_take(struct trace *trace, const char *name, const struct tensor *outputs, size_t count,
                struct error *err);

/* All were taken: is a file of either folder one of another trace? A folder has those of one, or
 * what was left out would not be seen. Errors: ERROR_USAGE, ERROR_SYSTEM. */
bool trace_finish(const struct trace *trace, struct error *err);

/* Nothing that would still be found is of interest. */
bool trace_is_done(const struct trace *trace);

/* A line of what was found. */
void trace_report(const struct trace *trace, struct report *report);

/* "trace" of the document; NULL when memory ran out. */
cJSON *trace_document(const struct trace *trace);

/* Safe on a zeroed struct and twice. */
void trace_dispose(struct trace *trace);

#endif
