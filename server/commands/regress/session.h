/* One regression test: the suite's cases run, judged and put into a report. */
#ifndef MICROTVM_QEMU_COMMANDS_REGRESS_SESSION_H
#define MICROTVM_QEMU_COMMANDS_REGRESS_SESSION_H

#include "base/deadline.h"
#include "base/error.h"
#include "base/temp_dir.h"
#include "commands/regress/args.h"
#include "commands/regress/progress.h"
#include "commands/regress/reports.h"
#include "regress/schedule.h"
#include "regress/suite/suite.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

struct session {
    const struct regress_args *args;
    const struct interrupt *interrupt;
    /* Owned. */
    char *program;
    char *cache_dir; /* NULL: none */
    struct temp_dir scratch;
    struct suite suite;
    cJSON *baseline;
    struct outcome *outcomes; /* of each case */
    struct progress progress;
    struct github_hush hush;
    bool interrupted;
    double time_ms;
};

/* Read the suite (mistakes go to stderr), its baseline, and choose its cases.
 * Errors: those of suite_load, ERROR_USAGE when no case is chosen. */
bool session_load(struct session *session, const struct regress_args *args, struct error *err);

/* Read the suite anew, whose document has other paths now and the same cases. Errors: those of
 * suite_load. */
bool session_reload(struct session *session, struct error *err);

/* Run them; an interrupt is no error here. Errors: those of schedule_run. */
bool session_run(struct session *session, struct error *err);

/* A report's document. The caller deletes it. Errors: ERROR_INTERNAL (memory). */
bool session_document(const struct session *session, cJSON **ret_document, struct error *err);

/* Safe on a zeroed struct and twice. */
void session_dispose(struct session *session);

#endif
