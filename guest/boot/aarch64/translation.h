/* Each address is itself: translation tables as AArch64 and AArch32 have them alike (long
 * descriptors, 4 KiB granule). For 32 bits of address: a table of level 1 with an entry for each
 * GiB, and tables of level 2 with one for each 2 MiB. Memories and devices begin and end at
 * multiples of that. */
#ifndef BOOT_AARCH64_TRANSLATION_H
#define BOOT_AARCH64_TRANSLATION_H

#include "boot/layout.h"
#include "boot/regions.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    TRANSLATION_GIBS = 4,
    TRANSLATION_BLOCKS_PER_GIB = 512,
    TRANSLATION_BLOCK_SIZE_BYTES = 2 * 1024 * 1024,
};

struct translation {
    uint64_t level_2[TRANSLATION_GIBS][TRANSLATION_BLOCKS_PER_GIB];
    uint64_t level_1[TRANSLATION_GIBS];
} __attribute__((aligned(4096)));

/* Which kind of memory; their order in MAIR. */
enum { MEMORY_DEVICE, MEMORY_NORMAL };
#define TRANSLATION_MAIR (0x04U << 8 * MEMORY_DEVICE | 0xffU << 8 * MEMORY_NORMAL)

/* Of the control register: tables are in cached memory, and what its upper half has is not used. */
#define TRANSLATION_CONTROL (1U << 8 | 1U << 10 | 3U << 12 | 1U << 23)

static inline bool translation_is_in(uintptr_t address, uintptr_t start, uintptr_t size_bytes)
{
    return address >= start && address - start < size_bytes;
}

/* 0: no access. */
static inline uint64_t translation_block(uintptr_t address)
{
    const uint64_t block = 1;
    const uint64_t normal = MEMORY_NORMAL << 2;
    const uint64_t device = MEMORY_DEVICE << 2;
    const uint64_t read_only = 2ULL << 6;
    const uint64_t shareable = 3ULL << 8;
    const uint64_t accessed = 1ULL << 10;
    const uint64_t no_execute = 3ULL << 53;
    if (translation_is_in(address, layout_address(layout_flash_start),
                          layout_address(layout_flash_size)))
        return address | block | accessed | normal | shareable | read_only;
    if (translation_is_in(address, layout_address(layout_devices_start),
                          layout_address(layout_devices_size)))
        return address | block | accessed | device | no_execute;
    for (unsigned i = 0; i < MEMORY_REGIONS_COUNT; i++) {
        if (translation_is_in(address, memory_regions[i].start, memory_regions[i].size_bytes))
            return address | block | accessed | normal | shareable | no_execute |
                   (memory_regions[i].is_writable ? 0 : read_only);
    }
    return 0;
}

static inline void translation_fill(struct translation *tables)
{
    enum { TABLE = 3 };
    uintptr_t address = 0;
    for (unsigned gib = 0; gib < TRANSLATION_GIBS; ++gib) {
        tables->level_1[gib] = (uintptr_t)tables->level_2[gib] | TABLE;
        for (unsigned block = 0; block < TRANSLATION_BLOCKS_PER_GIB; ++block) {
            tables->level_2[gib][block] = translation_block(address);
            address += TRANSLATION_BLOCK_SIZE_BYTES;
        }
    }
}

#endif
