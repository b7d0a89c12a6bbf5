/* AArch32 of A profile: the MMU (Arm Architecture Reference Manual, G5), with long descriptors.
 * Without it all memory would be a device's, which takes no unaligned accesses and has no caches.
 */
#if __ARM_ARCH_PROFILE == 'A'

#include "boot/aarch64/translation.h"
#include "boot/cpu.h"

/* Not in .bss, which is cleared after they are made. */
static struct translation tables __attribute__((section(".noinit.translation")));

void cpu_protect_memory(void)
{
    const uint32_t long_descriptors = 1U << 31;
    const uint32_t on = 1U << 0 | 1U << 2 | 1U << 12; /* MMU, caches of data and instructions */
    uint32_t sctlr;
    translation_fill(&tables);
    __asm__ volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(sctlr));
    __asm__ volatile("dsb\n\t"
                     "mcr p15, 0, %0, c10, c2, 0\n\t" /* MAIR0 */
                     "mcr p15, 0, %1, c2, c0, 2\n\t"  /* TTBCR */
                     "mcrr p15, 0, %2, %3, c2\n\t"    /* TTBR0 */
                     "isb\n\t"
                     "mcr p15, 0, %3, c8, c7, 0\n\t" /* TLBIALL */
                     "mcr p15, 0, %3, c7, c5, 0\n\t" /* ICIALLU */
                     "dsb\n\t"
                     "isb\n\t"
                     "mcr p15, 0, %4, c1, c0, 0\n\t"
                     "isb" ::"r"(TRANSLATION_MAIR),
                     "r"(TRANSLATION_CONTROL | long_descriptors), "r"(tables.level_1), "r"(0),
                     "r"(sctlr | on)
                     : "memory");
}

#endif
