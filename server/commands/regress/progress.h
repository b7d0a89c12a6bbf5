/* What is seen while cases run: on a terminal one line that changes, and a line for each case that
 * is done. */
#ifndef MICROTVM_QEMU_COMMANDS_REGRESS_PROGRESS_H
#define MICROTVM_QEMU_COMMANDS_REGRESS_PROGRESS_H

#include "regress/suite/suite.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct progress {
    FILE *out; /* not owned */
    const struct suite *suite;
    bool terminal;
    bool colour;
    int name_width;
    size_t done;
    size_t bad;    /* of those that are done */
    size_t latest; /* case that was begun last */
    size_t running;
};

void progress_init(struct progress *progress, FILE *out, const struct suite *suite);
void progress_begin(struct progress *progress, size_t index);
void progress_end(struct progress *progress, size_t index, const char *status, bool flaky,
                  double time_ms);
/* The line that changes goes. */
void progress_clear(const struct progress *progress);

#endif
