/* Cortex-M: interrupts, sleep, calls. */
#include "boot/cpu.h"
#include "boot/cortex_m/registers.h"
#include "boot/start.h"
#include "boot/thumb_call.h"

/* Of picolibc; its errno is thread-local, also with one thread. */
extern void _set_tls(void *block);

bool cpu_interrupts_disable(void)
{
    uint32_t primask;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(primask)::"memory");
    return (primask & 1) == 0;
}

void cpu_interrupts_set(bool on)
{
    if (on)
        __asm__ volatile("cpsie i\n\tisb" ::: "memory");
    else
        __asm__ volatile("cpsid i" ::: "memory");
}

void cpu_wait_for_interrupt(void)
{
    /* A pending interrupt ends wfi even when PRIMASK keeps it from being taken. */
    __asm__ volatile("dsb\n\twfi" ::: "memory");
}

void cpu_interrupt_enable(unsigned line)
{
    NVIC_ISER(line / 32) = 1U << (line % 32);
}

void cpu_set_thread_pointer(void *block)
{
    _set_tls(block);
}

enum cpu_call cpu_call_before(uintptr_t return_address)
{
    return thumb_call_before(return_address);
}
