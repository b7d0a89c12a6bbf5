/* AArch64 at EL1: the MMU (Arm Architecture Reference Manual, D8). Without it all memory would be a
 * device's, which takes no unaligned accesses and has no caches. */
#include "boot/aarch64/translation.h"
#include "boot/cpu.h"

/* Not in .bss, which is cleared after they are made. */
static struct translation tables __attribute__((section(".noinit.translation")));

void cpu_protect_memory(void)
{
    const uint64_t address_bits_32 = 32;
    const uint64_t on = 1U << 0 | 1U << 2 | 1U << 12; /* MMU, caches of data and instructions */
    uint64_t sctlr;
    translation_fill(&tables);
    __asm__ volatile("mrs %0, sctlr_el1" : "=r"(sctlr));
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
                     "isb" ::"r"((uint64_t)TRANSLATION_MAIR),
                     "r"(TRANSLATION_CONTROL | address_bits_32), "r"(tables.level_1),
                     "r"(sctlr | on)
                     : "memory");
}
