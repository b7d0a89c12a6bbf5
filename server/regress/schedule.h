/* All cases of a suite, several at a time, each a `run` in a process of its own with a board of its
 * own. One that does not end, or crashes, keeps no other from its turn. */
#ifndef MICROTVM_QEMU_REGRESS_SCHEDULE_H
#define MICROTVM_QEMU_REGRESS_SCHEDULE_H

#include "base/deadline.h"
#include "base/error.h"
#include "regress/suite/suite.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* Enough for a run to end by itself once its deadline has passed, however busy the machine is. */
enum { SCHEDULE_BACKSTOP_MS = 10 * 1000 };

/* How many cases can run at a time with so many file descriptors; at least one. */
unsigned schedule_jobs_most(unsigned long descriptors);

/* What came of a case. */
struct outcome {
    const struct suite_case *item;
    bool was_run;      /* to its end; else it was not begun, or interrupted */
    unsigned attempts; /* at most 1 + retries */
    double time_ms;    /* of the last one */
    int status;        /* of wait(2) */
    bool was_stuck;    /* it did not end by its own deadline, and was killed */
    bool was_refused;  /* the system began no run of it; log says why */
    bool is_update;    /* nothing was compared: that it ran is all that is asked for */
    cJSON *run;        /* its document; NULL: it wrote none. Owned */
    char *log;         /* what it printed; owned */
};

struct schedule_options {
    const char *program;
    unsigned jobs;           /* at a time, at least 1 */
    unsigned retries;        /* of a case that did not pass */
    bool fail_fast;          /* begin none after one that did not pass */
    int64_t backstop_ms;     /* beyond a case's own deadline, until it is killed: anew where it has
                              * waited for another process that builds its firmware */
    const char *scratch_dir; /* for documents and logs */
    const char *cache_dir;   /* of firmware; NULL: none */
    bool keeps_outputs;      /* in schedule_output_dir's folders */
    const struct interrupt *interrupt;
    bool (*passed)(void *context, const struct outcome *outcome);
    void (*on_begin)(void *context, size_t index);
    void (*on_end)(void *context, size_t index, const struct outcome *outcome);
    void *context;
};

/* Blocks until all are done; outcomes has one for each case and begins zeroed. One that can't be
 * begun, as where the disk is full, has failed, and the others have their turn. Errors:
 * ERROR_INTERRUPTED (all runs are stopped within a second; outcomes tell what was done),
 * ERROR_SYSTEM, ERROR_INTERNAL. */
bool schedule_run(const struct suite *suite, const struct schedule_options *options,
                  struct outcome *outcomes, struct error *err);

/* Where the outputs of a case are. A new string; NULL: no memory. */
char *schedule_output_dir(const char *scratch_dir, size_t index);

void outcome_dispose(struct outcome *outcome);

#endif
