/* What a stream that a person may be looking at can show. */
#ifndef MICROTVM_QEMU_BASE_TERMINAL_H
#define MICROTVM_QEMU_BASE_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* Is it a terminal on which a line can be written over? */
bool terminal_is(FILE *out);

/* And one that is to have colours: not where NO_COLOR is set (https://no-color.org). */
bool terminal_has_colour(FILE *out);

/* Its columns; 80 where it does not tell. */
int terminal_width(FILE *out);

#endif
