/* AArch32 of R profile: the MPU of Armv8-R (Arm DDI 0568, C1). Without it all memory would be a
 * device's, which takes no unaligned accesses and has no caches. */
#if __ARM_ARCH_PROFILE == 'R'

#include "boot/cpu.h"
#include "boot/layout.h"
#include "boot/regions.h"

enum { NO_EXECUTE = 1 << 0, READ_ONLY = 2 << 1, SHAREABLE = 2 << 3 }; /* of PRBAR */

/* Which kind of memory; their order in MAIR0. */
enum { MEMORY_DEVICE, MEMORY_NORMAL };
#define MAIR (0x04U << 8 * MEMORY_DEVICE | 0xffU << 8 * MEMORY_NORMAL)

/* From start on, both multiples of 64. */
static void open_region(uint32_t number, uint32_t base, uint32_t size_bytes, uint32_t access,
                        uint32_t kind)
{
    const uint32_t enable = 1;
    uint32_t limit = (base + size_bytes - 1) & ~63U;
    __asm__ volatile("mcr p15, 0, %0, c6, c2, 1\n\tisb" ::"r"(number));              /* PRSELR */
    __asm__ volatile("mcr p15, 0, %0, c6, c3, 0" ::"r"(base | access));              /* PRBAR */
    __asm__ volatile("mcr p15, 0, %0, c6, c3, 1" ::"r"(limit | kind << 1 | enable)); /* PRLAR */
}

void cpu_protect_memory(void)
{
    const uint32_t on = 1U << 0 | 1U << 2 | 1U << 12; /* MPU, caches of data and instructions */
    const uint32_t background = 1U << 17;             /* all else as without the MPU */
    uint32_t sctlr;
    __asm__ volatile("mcr p15, 0, %0, c10, c2, 0" ::"r"(MAIR)); /* MAIR0 */
    open_region(0, layout_address(layout_flash_start), layout_address(layout_flash_size),
                SHAREABLE | READ_ONLY, MEMORY_NORMAL);
    open_region(1, layout_address(layout_devices_start), layout_address(layout_devices_size),
                NO_EXECUTE, MEMORY_DEVICE);
    for (unsigned i = 0; i < MEMORY_REGIONS_COUNT; i++)
        open_region(2 + i, memory_regions[i].start, memory_regions[i].size_bytes,
                    SHAREABLE | NO_EXECUTE | (memory_regions[i].is_writable ? 0 : READ_ONLY),
                    MEMORY_NORMAL);
    __asm__ volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(sctlr));
    sctlr = (sctlr | on) & ~background;
    __asm__ volatile("dsb\n\tmcr p15, 0, %0, c1, c0, 0\n\tisb" ::"r"(sctlr) : "memory");
}

#endif
