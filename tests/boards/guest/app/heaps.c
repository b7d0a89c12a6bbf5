#include "heaps.h"
#include "clock/clock.h"
#include "platform/heap.h"

#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/platform.h>

enum { HEAP_BLOCKS = 24 };

uint8_t heap_check(void)
{
    DLDevice cpu = {kDLCPU, 0};
    uint8_t *blocks[HEAP_BLOCKS];
    size_t before_bytes = heap_room().largest_bytes;
    for (unsigned i = 0; i < HEAP_BLOCKS; ++i) {
        if (TVMPlatformMemoryAllocate(i * 13, cpu, (void **)&blocks[i]) != kTvmErrorNoError)
            return 1;
        if ((uintptr_t)blocks[i] % HEAP_ALIGNMENT_BYTES != 0)
            return 2;
        memset(blocks[i], (int)i, i * 13);
    }
    for (unsigned i = 0; i < HEAP_BLOCKS; ++i)
        for (unsigned k = 0; k < i * 13; ++k)
            if (blocks[i][k] != i)
                return 3;
    for (unsigned step = 0; step < HEAP_BLOCKS; ++step)
        if (TVMPlatformMemoryFree(blocks[step * 7 % HEAP_BLOCKS], cpu) != kTvmErrorNoError)
            return 4;
    if (heap_room().largest_bytes != before_bytes)
        return 5;
    void *all;
    if (TVMPlatformMemoryAllocate(before_bytes, cpu, &all) != kTvmErrorNoError)
        return 6;
    void *none = &none;
    if (TVMPlatformMemoryAllocate(1, cpu, &none) != kTvmErrorPlatformNoMemory || none != &none)
        return 7;
    if (TVMPlatformMemoryFree((char *)all + 16, cpu) == kTvmErrorNoError)
        return 8; /* an address inside a block */
    if (TVMPlatformMemoryFree(all, cpu) != kTvmErrorNoError)
        return 9;
    if (TVMPlatformMemoryFree(all, cpu) == kTvmErrorNoError)
        return 10; /* twice */
    if (TVMPlatformMemoryAllocate((size_t)-8, cpu, &none) != kTvmErrorPlatformNoMemory)
        return 11;
    return 0;
}

uint32_t heap_fill(uint32_t most, uint64_t *ret_ticks)
{
    enum { LINK_BYTES = sizeof(void *), LEFT_BYTES = 256 };
    uint32_t count = 0;
    void **last = NULL;
    clock_start();
    for (; count < most && heap_room().largest_bytes > LEFT_BYTES; ++count) {
        void **block = malloc(LINK_BYTES + count % 3 * 16);
        *block = last;
        last = block;
    }
    for (void **block = last; block && *block; block = *block) {
        void **other = *block;
        void *rest = *other;
        free(other);
        other = malloc(LINK_BYTES);
        *other = rest;
        *block = other;
    }
    for (void **block = last; block; block = last) {
        last = *block;
        free(block);
    }
    *ret_ticks = clock_ticks();
    clock_stop();
    return count;
}
