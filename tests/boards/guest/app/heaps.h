/* What a heap is put through. */
#ifndef HEAPS_H
#define HEAPS_H

#include <stdint.h>

/* The last allocations fail, each with a line about it.
 * Blocks of many sizes, filled, freed in another order, checked for overlap; then everything must
 * have merged again into one block. Returns 0, or the step that failed. */
uint8_t heap_check(void);

/* So many blocks of the smallest kinds, or as many as there is room for; every other one is freed
 * and allocated anew, then all are freed. Returns how many there were, and the clock's ticks. */
uint32_t heap_fill(uint32_t most, uint64_t *ret_ticks);

#endif
