/* The firmware's one heap: TVMPlatformMemoryAllocate and malloc both take from it. First fit over
 * a list of blocks in address order; free neighbours are merged. Not for interrupts. */
#ifndef PLATFORM_HEAP_H
#define PLATFORM_HEAP_H

#include <stdbool.h>
#include <stddef.h>

enum { HEAP_ALIGNMENT_BYTES = 16 };

void heap_init(char *start, char *end);

/* Aligned to HEAP_ALIGNMENT_BYTES; NULL when no free block is large enough. */
void *heap_allocate(size_t size_bytes);

/* False when the address is no block of this heap or was freed before; nothing changes then. */
bool heap_free(void *address);

/* Of an allocated block: at least what was asked for. 0 when it is none. */
size_t heap_size_bytes(const void *address);

size_t heap_largest_free_bytes(void);

#endif
