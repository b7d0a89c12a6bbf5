#include "platform/heap.h"
#include "boot/fatal.h"

#include <stdint.h>

/* In front of every block; blocks lie side by side from heap.start to heap.end. */
struct block {
    uint32_t size_bytes; /* with this header; a multiple of HEAP_ALIGNMENT_BYTES */
    uint32_t used;       /* BLOCK_USED or BLOCK_FREE; anything else: somebody wrote over it */
    uint32_t padding[2];
};

enum { BLOCK_USED = 0x75736564, BLOCK_FREE = 0x66726565 };

_Static_assert(sizeof(struct block) == HEAP_ALIGNMENT_BYTES, "blocks keep their alignment");

static struct {
    char *start;
    char *end;
} heap;

/* The heap is made of this memory: no const. */
void heap_init(char *start, char *end) /* NOLINT(readability-non-const-parameter) */
{
    uintptr_t mask = HEAP_ALIGNMENT_BYTES - 1;
    heap.start = start + (-(uintptr_t)start & mask);
    heap.end = end - ((uintptr_t)end & mask);
    if (heap.end - heap.start < (ptrdiff_t)sizeof(struct block)) {
        heap.end = heap.start;
        return;
    }
    struct block *all = (struct block *)heap.start;
    all->size_bytes = (uint32_t)(heap.end - heap.start);
    all->used = BLOCK_FREE;
}

/* The block itself if it is sound; a damaged header would lead anywhere. */
static struct block *checked(char *address)
{
    struct block *block = (struct block *)address;
    bool sound = (block->used == BLOCK_USED || block->used == BLOCK_FREE) &&
                 block->size_bytes >= sizeof *block &&
                 block->size_bytes % HEAP_ALIGNMENT_BYTES == 0 &&
                 block->size_bytes <= (size_t)(heap.end - address);
    if (sound)
        return block;
    fatal_begin("abort: heap damaged: a buffer was overrun below");
    fatal_hex("address", (uint32_t)(uintptr_t)address);
    fatal_end();
}

static struct block *first(void)
{
    return heap.start == heap.end ? NULL : checked(heap.start);
}

static struct block *next(struct block *block)
{
    char *address = (char *)block + block->size_bytes;
    return address == heap.end ? NULL : checked(address);
}

static void merge_free_neighbours(struct block *block)
{
    for (struct block *after = next(block); after && after->used == BLOCK_FREE; after = next(block))
        block->size_bytes += after->size_bytes;
}

static void split(struct block *block, uint32_t size_bytes)
{
    uint32_t rest_bytes = block->size_bytes - size_bytes;
    if (rest_bytes < 2 * sizeof *block)
        return; /* too small to be of use */
    block->size_bytes = size_bytes;
    struct block *rest = (struct block *)((char *)block + size_bytes);
    rest->size_bytes = rest_bytes;
    rest->used = BLOCK_FREE;
}

void *heap_allocate(size_t size_bytes)
{
    size_t mask = HEAP_ALIGNMENT_BYTES - 1;
    if (size_bytes > (size_t)(heap.end - heap.start))
        return NULL; /* also keeps the sum below from overflowing */
    uint32_t needed_bytes = (uint32_t)(((size_bytes + mask) & ~mask) + sizeof(struct block));
    for (struct block *block = first(); block; block = next(block)) {
        if (block->used != BLOCK_FREE || block->size_bytes < needed_bytes)
            continue;
        split(block, needed_bytes);
        block->used = BLOCK_USED;
        return block + 1;
    }
    return NULL;
}

/* The used block whose memory begins at address, and the block before it. */
static struct block *find(const void *address, struct block **ret_before)
{
    struct block *before = NULL;
    for (struct block *block = first(); block && (void *)block < address; block = next(block)) {
        if (block + 1 == address) {
            *ret_before = before;
            return block->used == BLOCK_USED ? block : NULL;
        }
        before = block;
    }
    return NULL;
}

bool heap_free(void *address)
{
    struct block *before;
    struct block *block = find(address, &before);
    if (!block)
        return false;
    block->used = BLOCK_FREE;
    merge_free_neighbours(block);
    if (before && before->used == BLOCK_FREE)
        merge_free_neighbours(before);
    return true;
}

size_t heap_size_bytes(const void *address)
{
    struct block *before;
    const struct block *block = find(address, &before);
    return block ? block->size_bytes - sizeof *block : 0;
}

size_t heap_largest_free_bytes(void)
{
    size_t largest_bytes = 0;
    for (struct block *block = first(); block; block = next(block)) {
        size_t size_bytes = block->size_bytes - sizeof *block;
        if (block->used == BLOCK_FREE && size_bytes > largest_bytes)
            largest_bytes = size_bytes;
    }
    return largest_bytes;
}
