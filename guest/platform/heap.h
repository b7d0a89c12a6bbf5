/* The firmware's one heap: TVMPlatformMemoryAllocate and malloc both take from it. Free blocks are
 * kept in lists by size and merged with free neighbours, so that neither allocating nor freeing
 * takes longer the more blocks there are. What it gives out depends on the calls alone: the same
 * calls get the same addresses. Not for interrupts.
 *
 * A block takes HEAP_HEADER_BYTES more than was asked for, rounded up to HEAP_ALIGNMENT_BYTES; the
 * heap itself takes HEAP_HEADER_BYTES, where its start is aligned. The server counts on these
 * figures (server/project/heap_need.c).
 *
 * A header that was written over, and a freed block that was, end the firmware with
 * "abort: heap damaged" as soon as a call comes across them. */
#ifndef PLATFORM_HEAP_H
#define PLATFORM_HEAP_H

#include <stdbool.h>
#include <stddef.h>

enum { HEAP_ALIGNMENT_BYTES = 16, HEAP_HEADER_BYTES = 8 };

void heap_init(char *start, char *end);

/* Aligned to HEAP_ALIGNMENT_BYTES; NULL when no free block is large enough. */
void *heap_allocate(size_t size_bytes);

/* The same from a free block's upper end: for what goes before that which is allocated after it,
 * so that it leaves no hole. */
void *heap_allocate_high(size_t size_bytes);

/* False when the address is no block of this heap or was freed before; nothing changes then. Only
 * this answer takes long: it is given when all blocks have been looked at. */
bool heap_free(void *address);

/* Of an allocated block: at least what was asked for. 0 when it is none. */
size_t heap_size_bytes(const void *address);

struct heap_room {
    size_t free_bytes;    /* in all free blocks, without their headers */
    size_t largest_bytes; /* what can be allocated at once */
};

/* Takes the longer the more free blocks there are. */
struct heap_room heap_room(void);

#endif
