/* AArch64 at EL1: each address is itself (Arm Architecture Reference Manual, D8). Without
 * translation all memory would be a device's, which takes no unaligned accesses and has no caches.
 *
 * 4 KiB granule, 32 bits of address: a table of level 1 with an entry for each GiB, and tables of
 * level 2 with one for each 2 MiB. Flash, RAM and devices begin and end at multiples of that. */
#include "boot/cpu.h"
#include "boot/layout.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    GIBS = 4,
    BLOCKS_PER_GIB = 512,
    BLOCK_SIZE_BYTES = 2 * 1024 * 1024,
};

/* Which kind of memory; their order in MAIR_EL1. */
enum { MEMORY_DEVICE, MEMORY_NORMAL };
#define MAIR (0x04ULL << 8 * MEMORY_DEVICE | 0xffULL << 8 * MEMORY_NORMAL)

#define ENTRY_BLOCK 1ULL
#define ENTRY_TABLE 3ULL
#define ENTRY_MEMORY(kind) ((uint64_t)(kind) << 2)
#define ENTRY_READ_ONLY (2ULL << 6)
#define ENTRY_SHAREABLE (3ULL << 8)
#define ENTRY_ACCESSED (1ULL << 10)
#define ENTRY_NO_EXECUTE (3ULL << 53)

/* 32 bits of address, tables in cached memory, nothing in the upper half. */
#define TCR (32ULL | 1ULL << 8 | 1ULL << 10 | 3ULL << 12 | 1ULL << 23)

#define SCTLR_MMU (1ULL << 0)
#define SCTLR_DATA_CACHE (1ULL << 2)
#define SCTLR_INSTRUCTION_CACHE (1ULL << 12)

/* Not in .bss, which is cleared after they are made. */
static uint64_t level_1[GIBS] __attribute__((section(".noinit.level_1"), aligned(64)));
static uint64_t level_2[GIBS][BLOCKS_PER_GIB]
    __attribute__((section(".noinit.level_2"), aligned(4096)));

static bool is_in(uintptr_t address, const char *start, const char *size)
{
    return address >= layout_address(start) &&
           address - layout_address(start) < layout_address(size);
}

/* 0: no access. */
static uint64_t block_entry(uintptr_t address)
{
    uint64_t entry = address | ENTRY_BLOCK | ENTRY_ACCESSED;
    if (is_in(address, layout_flash_start, layout_flash_size))
        return entry | ENTRY_MEMORY(MEMORY_NORMAL) | ENTRY_SHAREABLE | ENTRY_READ_ONLY;
    if (is_in(address, layout_ram_start, layout_ram_size))
        return entry | ENTRY_MEMORY(MEMORY_NORMAL) | ENTRY_SHAREABLE | ENTRY_NO_EXECUTE;
    if (is_in(address, layout_devices_start, layout_devices_size))
        return entry | ENTRY_MEMORY(MEMORY_DEVICE) | ENTRY_NO_EXECUTE;
    return 0;
}

void cpu_protect_memory(void)
{
    for (uintptr_t gib = 0; gib < GIBS; ++gib) {
        level_1[gib] = (uintptr_t)level_2[gib] | ENTRY_TABLE;
        for (uintptr_t block = 0; block < BLOCKS_PER_GIB; ++block)
            level_2[gib][block] = block_entry((gib * BLOCKS_PER_GIB + block) * BLOCK_SIZE_BYTES);
    }
    uint64_t sctlr;
    __asm__ volatile("mrs %0, sctlr_el1" : "=r"(sctlr));
    sctlr |= SCTLR_MMU | SCTLR_DATA_CACHE | SCTLR_INSTRUCTION_CACHE;
    __asm__ volatile("dsb sy\n\t"
                     "msr mair_el1, %0\n\t"
                     "msr tcr_el1, %1\n\t"
                     "msr ttbr0_el1, %2\n\t"
                     "isb\n\t"
                     "tlbi vmalle1\n\t"
                     "ic iallu\n\t"
                     "dsb sy\n\t"
                     "isb\n\t"
                     "msr sctlr_el1, %3\n\t"
                     "isb" ::"r"(MAIR),
                     "r"(TCR), "r"(level_1), "r"(sctlr)
                     : "memory");
}
