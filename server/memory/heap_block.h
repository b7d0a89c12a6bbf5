/* What memory costs on a board's heap (guest/platform/heap.h), in 64 bits so that sums of what an
 * archive claims can't overflow: each figure is at most MEMORY_MAX_BYTES. */
#ifndef MICROTVM_QEMU_MEMORY_HEAP_BLOCK_H
#define MICROTVM_QEMU_MEMORY_HEAP_BLOCK_H

#include <stdint.h>

#define MEMORY_MAX_BYTES 999999999999999ULL

enum { HEAP_BLOCK_HEADER_BYTES = 8, HEAP_BLOCK_ALIGNMENT_BYTES = 16 };

static inline uint64_t memory_sum(uint64_t a, uint64_t b)
{
    return a > MEMORY_MAX_BYTES || b > MEMORY_MAX_BYTES - a ? MEMORY_MAX_BYTES : a + b;
}

static inline uint64_t memory_product(uint64_t count, uint64_t each_bytes)
{
    uint64_t product = 0;
    if (__builtin_mul_overflow(count, each_bytes, &product) || product > MEMORY_MAX_BYTES)
        return MEMORY_MAX_BYTES;
    return product;
}

static inline uint64_t memory_aligned(uint64_t size_bytes)
{
    uint64_t mask = HEAP_BLOCK_ALIGNMENT_BYTES - 1;
    return memory_sum(size_bytes, mask) & ~mask;
}

static inline uint64_t heap_block_bytes(uint64_t size_bytes)
{
    return memory_aligned(memory_sum(size_bytes, HEAP_BLOCK_HEADER_BYTES));
}

#endif
