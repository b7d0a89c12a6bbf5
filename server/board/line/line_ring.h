/* The last lines of a stream of text (QEMU's stderr, the firmware's console), bounded in memory
 * however much comes. */
#ifndef MICROTVM_QEMU_BOARD_LINE_RING_H
#define MICROTVM_QEMU_BOARD_LINE_RING_H

#include <stddef.h>

enum { LINE_RING_LINES = 20, LINE_RING_LINE_BYTES = 400 };

/* All zero is an empty ring. */
struct line_ring {
    size_t first;  /* index of the oldest line */
    size_t count;  /* finished lines */
    size_t length; /* bytes of the unfinished line so far */
    size_t lengths[LINE_RING_LINES];
    char unfinished[LINE_RING_LINE_BYTES];
    char lines[LINE_RING_LINES][LINE_RING_LINE_BYTES];
};

/* Bytes as they come, in pieces of any size. A line that is too long ends in "..."; control
 * characters, and anything that is not UTF-8, become '?'. Empty lines are left out. */
void line_ring_add(struct line_ring *ring, const char *data, size_t size_bytes);

/* What came since the last newline is a line now. */
void line_ring_end_line(struct line_ring *ring);

void line_ring_clear(struct line_ring *ring);

/* index 0 is the oldest of ring->count. Valid until the ring changes. */
const char *line_ring_line(struct line_ring *ring, size_t index);

/* All lines, oldest first, newline between them, into a caller's buffer; the oldest are left out
 * where they do not fit. Returns the buffer. */
char *line_ring_text(struct line_ring *ring, char *buffer, size_t buffer_size_bytes);

#endif
