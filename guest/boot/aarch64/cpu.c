/* AArch64 at EL1: interrupts, sleep, the thread pointer. */
#include "boot/cpu.h"
#include "boot/start.h"

#include <stdint.h>

/* Of picolibc; its errno is thread-local, also with one thread. */
extern void _set_tls(void *block);

enum { DAIF_I = 1 << 7 };

bool cpu_interrupts_disable(void)
{
    uint64_t daif;
    __asm__ volatile("mrs %0, daif\n\tmsr daifset, #2" : "=r"(daif)::"memory");
    return (daif & DAIF_I) == 0;
}

void cpu_interrupts_set(bool on)
{
    if (on)
        __asm__ volatile("msr daifclr, #2" ::: "memory");
    else
        __asm__ volatile("msr daifset, #2" ::: "memory");
}

void cpu_wait_for_interrupt(void)
{
    /* A pending interrupt ends wfi also while it is masked. */
    __asm__ volatile("dsb sy\n\twfi" ::: "memory");
}

void cpu_set_thread_pointer(void *block)
{
    _set_tls(block);
}

enum cpu_call cpu_call_before(uintptr_t return_address)
{
    if (return_address % 4 != 0)
        return CPU_NO_CALL;
    /* NOLINTNEXTLINE(performance-no-int-to-ptr) */
    uint32_t instruction = ((const uint32_t *)return_address)[-1];
    if ((instruction & 0xfffffc1f) == 0xd63f0000) /* blr */
        return CPU_CALL_BY_POINTER;
    return (instruction & 0xfc000000) == 0x94000000 ? CPU_CALL : CPU_NO_CALL; /* bl */
}
