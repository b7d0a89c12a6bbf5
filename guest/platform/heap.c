#include "platform/heap.h"
#include "boot/fatal.h"

#include <stdint.h>

/* In front of every block; blocks lie side by side. Offsets count from its start: they have 32
 * bits wherever this is compiled, and so a block has the same size. */
struct block {
    uint32_t before_bytes;   /* size of the block before this one; 0: this is the first */
    uint32_t size_and_state; /* size with this header; the state in the bits that are 0 in it */
    /* Only of a free block: */
    uint32_t next; /* in its list: an offset, or 0 */
    uint32_t previous;
};

enum { USED = 5, FREE = 10, STATE_MASK = HEAP_ALIGNMENT_BYTES - 1 };

_Static_assert(sizeof(struct block) == HEAP_ALIGNMENT_BYTES, "the smallest block");
_Static_assert(offsetof(struct block, next) == HEAP_HEADER_BYTES, "what a block costs");

/* The lists: one for each size of 1 to 7 times the alignment, then four for each doubling; the last
 * has all that is larger. */
enum { LISTS = 48, STEPS = 4 };

/* A list of one size may hold many blocks that are a little too small for what is wanted. */
enum { TRIES = 8 };

enum { FIRST = HEAP_ALIGNMENT_BYTES - HEAP_HEADER_BYTES };

/* The host reads its first member (server/project/footprint/marks.h), and knows it by that name. */
struct heap {
    uint32_t most_bytes; /* of used_bytes, ever */
    uint32_t used_bytes; /* in used blocks, with their headers */
    char *start;         /* aligned */
    uint32_t end;        /* an offset, HEAP_HEADER_BYTES behind an aligned one as all blocks are */
    uint32_t lists[LISTS];
} heap __asm__("platform_heap");

static struct block *at(uint32_t offset)
{
    return (struct block *)(heap.start + offset);
}

static uint32_t size_of(uint32_t offset)
{
    return at(offset)->size_and_state & ~(uint32_t)STATE_MASK;
}

static uint32_t state_of(uint32_t offset)
{
    return at(offset)->size_and_state & STATE_MASK;
}

/* ---- checks ---- */

static void __attribute__((noreturn)) damaged(uint32_t offset)
{
    fatal_begin("abort: heap damaged (a buffer overrun, or written to after it was freed) below");
    fatal_address("address", (uintptr_t)at(offset));
    fatal_end();
}

static bool has_sound_size(uint32_t offset)
{
    uint32_t state = state_of(offset);
    uint32_t size_bytes = size_of(offset);
    return (state == USED || state == FREE) && size_bytes > 0 && size_bytes <= heap.end - offset;
}

/* Does a block begin here, as far as its neighbours know? */
static bool is_block(uint32_t offset)
{
    if (offset < FIRST || offset >= heap.end || offset % HEAP_ALIGNMENT_BYTES != FIRST ||
        !has_sound_size(offset))
        return false;
    uint32_t next = offset + size_of(offset);
    if (next < heap.end && at(next)->before_bytes != size_of(offset))
        return false;
    uint32_t before_bytes = at(offset)->before_bytes;
    if (offset == FIRST)
        return before_bytes == 0;
    return before_bytes > 0 && before_bytes <= offset - FIRST &&
           before_bytes % HEAP_ALIGNMENT_BYTES == 0 &&
           size_of(offset - before_bytes) == before_bytes;
}

/* Ends the firmware at the first header that is damaged. */
static void check_all(void)
{
    uint32_t before_bytes = 0;
    for (uint32_t offset = FIRST; offset < heap.end; offset += before_bytes) {
        if (!has_sound_size(offset) || at(offset)->before_bytes != before_bytes)
            damaged(offset);
        before_bytes = size_of(offset);
    }
}

/* A link leads here. */
static struct block *free_at(uint32_t offset)
{
    if (is_block(offset) && state_of(offset) == FREE)
        return at(offset);
    check_all();
    damaged(offset);
}

/* Of the used block whose memory begins at address; 0: there is none. */
static uint32_t offset_of(const void *address)
{
    uintptr_t offset = (uintptr_t)address - (uintptr_t)heap.start - HEAP_HEADER_BYTES;
    if (offset < heap.end && is_block((uint32_t)offset))
        return state_of((uint32_t)offset) == USED ? (uint32_t)offset : 0;
    check_all(); /* or it is one whose header was written over */
    return 0;
}

/* ---- lists of free blocks ---- */

static unsigned list_of(uint32_t size_bytes)
{
    uint32_t steps = size_bytes / HEAP_ALIGNMENT_BYTES;
    unsigned list = 0;
    while (steps >= (uint32_t)2 * STEPS && list + 2 * STEPS < LISTS) {
        steps /= 2;
        list += STEPS;
    }
    list += steps;
    return list < LISTS ? list : LISTS - 1;
}

static void set_block(uint32_t offset, uint32_t size_bytes, uint32_t state)
{
    at(offset)->size_and_state = size_bytes | state;
    if (offset + size_bytes < heap.end)
        at(offset + size_bytes)->before_bytes = size_bytes;
}

static void add_free(uint32_t offset, uint32_t size_bytes)
{
    uint32_t *first = &heap.lists[list_of(size_bytes)];
    set_block(offset, size_bytes, FREE);
    at(offset)->next = *first;
    at(offset)->previous = 0;
    if (*first)
        at(*first)->previous = offset;
    *first = offset;
}

static void remove_free(uint32_t offset)
{
    const struct block *block = free_at(offset);
    if (block->next)
        free_at(block->next)->previous = block->previous;
    if (block->previous)
        free_at(block->previous)->next = block->next;
    else
        heap.lists[list_of(size_of(offset))] = block->next;
}

static uint32_t first_fit(unsigned list, uint32_t size_bytes, uint32_t tries)
{
    uint32_t offset = heap.lists[list];
    for (; offset && tries > 0; offset = at(offset)->next, tries--) {
        (void)free_at(offset);
        if (size_of(offset) >= size_bytes)
            return offset;
    }
    return 0;
}

/* In a list of larger sizes any block will do. */
static uint32_t find(uint32_t size_bytes)
{
    unsigned list = list_of(size_bytes);
    uint32_t offset = first_fit(list, size_bytes, TRIES);
    for (unsigned larger = list + 1; !offset && larger < LISTS; larger++)
        offset = heap.lists[larger];
    return offset ? offset : first_fit(list, size_bytes, UINT32_MAX);
}

/* ---- the heap ---- */

/* The heap is made of this memory: no const. */
void heap_init(char *start, char *end) /* NOLINT(readability-non-const-parameter) */
{
    uintptr_t mask = HEAP_ALIGNMENT_BYTES - 1;
    heap.start = start + (-(uintptr_t)start & mask);
    heap.end = FIRST;
    for (unsigned i = 0; i < LISTS; i++)
        heap.lists[i] = 0;
    if (end - heap.start < FIRST + HEAP_ALIGNMENT_BYTES)
        return;
    heap.end += (uint32_t)((uintptr_t)(end - heap.start - FIRST) & ~mask);
    at(FIRST)->before_bytes = 0;
    add_free(FIRST, heap.end - FIRST);
}

static void *allocate(size_t size_bytes, bool is_high)
{
    if (size_bytes > heap.end)
        return NULL; /* also keeps the sum below from overflowing */
    uint32_t mask = HEAP_ALIGNMENT_BYTES - 1;
    uint32_t needed_bytes = ((uint32_t)size_bytes + HEAP_HEADER_BYTES + mask) & ~mask;
    uint32_t offset = find(needed_bytes);
    if (!offset)
        return NULL;
    remove_free(offset);
    uint32_t rest_bytes = size_of(offset) - needed_bytes;
    uint32_t rest = is_high ? offset : offset + needed_bytes;
    if (is_high)
        offset += rest_bytes;
    set_block(offset, needed_bytes, USED);
    heap.used_bytes += needed_bytes;
    if (heap.most_bytes < heap.used_bytes)
        heap.most_bytes = heap.used_bytes;
    if (rest_bytes > 0)
        add_free(rest, rest_bytes);
    return (char *)at(offset) + HEAP_HEADER_BYTES;
}

void *heap_allocate(size_t size_bytes)
{
    return allocate(size_bytes, false);
}

void *heap_allocate_high(size_t size_bytes)
{
    return allocate(size_bytes, true);
}

/* Free blocks are never side by side. A header inside of a block is cleared, so that it can't be
 * taken for one. */
bool heap_free(void *address)
{
    uint32_t offset = offset_of(address);
    if (!offset)
        return false;
    uint32_t size_bytes = size_of(offset);
    uint32_t next = offset + size_bytes;
    heap.used_bytes -= size_bytes;
    if (next < heap.end && state_of(next) == FREE) {
        remove_free(next);
        size_bytes += size_of(next);
        at(next)->size_and_state = 0;
    }
    uint32_t before_bytes = at(offset)->before_bytes;
    if (before_bytes && state_of(offset - before_bytes) == FREE) {
        remove_free(offset - before_bytes);
        at(offset)->size_and_state = 0;
        offset -= before_bytes;
        size_bytes += before_bytes;
    }
    add_free(offset, size_bytes);
    return true;
}

size_t heap_size_bytes(const void *address)
{
    uint32_t offset = offset_of(address);
    return offset ? size_of(offset) - HEAP_HEADER_BYTES : 0;
}

struct heap_room heap_room(void)
{
    struct heap_room room = {0, 0};
    for (unsigned list = 0; list < LISTS; list++) {
        for (uint32_t offset = heap.lists[list]; offset; offset = free_at(offset)->next) {
            size_t size_bytes = size_of(offset) - HEAP_HEADER_BYTES;
            room.free_bytes += size_bytes;
            if (size_bytes > room.largest_bytes)
                room.largest_bytes = size_bytes;
        }
    }
    return room;
}
