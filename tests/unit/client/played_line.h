/* A firmware that talks in text, played from a script. */
#ifndef MICROTVM_QEMU_TESTS_PLAYED_LINE_H
#define MICROTVM_QEMU_TESTS_PLAYED_LINE_H

#include "client/link.h"

#include <stddef.h>

enum { PLAYED_BYTES = 4096 };

/* Says `says`, `piece` bytes at a time; then, unless it repeats something, reads run into their
 * deadline. */
struct played_line {
    const char *says;
    size_t piece;
    const char *repeats; /* what it says then, without end; NULL: nothing */
    char heard[PLAYED_BYTES];
    char log[PLAYED_BYTES];
};

/* line outlives the stream. */
struct link_stream played_line_stream(struct played_line *line);

#endif
