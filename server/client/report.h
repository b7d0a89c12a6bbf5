/* What `run` tells: a line for each step with its time, a line for each output.
 *
 * On a terminal the step under way is shown and replaced by its line; elsewhere there are only
 * finished lines. Colour is used on a terminal unless NO_COLOR is set (https://no-color.org). */
#ifndef MICROTVM_QEMU_CLIENT_REPORT_H
#define MICROTVM_QEMU_CLIENT_REPORT_H

#include "client/compare.h"
#include "client/tensor.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { REPORT_STEPS_MOST = 16 };

struct report_step {
    const char *name; /* not owned */
    double time_ms;
};

struct report {
    FILE *out; /* not owned */
    bool terminal;
    bool colour;
    const char *step; /* under way; NULL: none; not owned */
    int64_t step_began_ns;
    int64_t drawn_ns;                            /* when the progress line was last drawn */
    struct report_step steps[REPORT_STEPS_MOST]; /* that ended, in their order */
    size_t steps_count;
};

void report_init(struct report *report, FILE *out);

/* A step begins; name outlives it. */
void report_begin(struct report *report, const char *name);
/* Where the step is, "build... 12 of 40 files": on a terminal, and not more often than a person can
 * read. */
void report_progress(struct report *report, uint64_t done, uint64_t all, const char *unit);
/* A line that belongs to the step (a compiler's, a log): always printed. */
void report_line(struct report *report, const char *line);
/* The step's line: name, time in ms, and more where format is not NULL. */
void report_end(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The step failed: no line stays of it. */
void report_abandon(struct report *report);

/* Anything else that was found out. */
void report_result(struct report *report, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One output: type, shape and, without an expectation (both NULL), its first values. One without
 * data was never written. */
void report_output(struct report *report, const char *name, const struct tensor *got,
                   const struct tensor *expected, const struct comparison *comparison);

#endif
