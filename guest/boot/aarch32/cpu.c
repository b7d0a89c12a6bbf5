/* AArch32 of A and R profile: interrupts, sleep, the thread pointer. */
#include "boot/cpu.h"
#include "boot/start.h"
#include "boot/thumb_call.h"

/* Of picolibc; its errno is thread-local, also with one thread. */
extern void _set_tls(void *block);

enum { CPSR_I = 1 << 7 };

bool cpu_interrupts_disable(void)
{
    uint32_t cpsr;
    __asm__ volatile("mrs %0, cpsr\n\tcpsid i" : "=r"(cpsr)::"memory");
    return (cpsr & CPSR_I) == 0;
}

void cpu_interrupts_set(bool on)
{
    if (on)
        __asm__ volatile("cpsie i" ::: "memory");
    else
        __asm__ volatile("cpsid i" ::: "memory");
}

void cpu_wait_for_interrupt(void)
{
    /* A pending interrupt ends wfi also while it is masked. */
    __asm__ volatile("dsb\n\twfi" ::: "memory");
}

void cpu_set_thread_pointer(void *block)
{
    _set_tls(block);
}

enum cpu_call cpu_call_before(uintptr_t return_address)
{
    return thumb_call_before(return_address);
}
