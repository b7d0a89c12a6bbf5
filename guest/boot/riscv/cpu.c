/* RISC-V in machine mode, of 32 or 64 bits: interrupts, sleep, memory protection. */
#include "boot/cpu.h"
#include "boot/layout.h"
#include "boot/start.h"

#include <stdint.h>

enum { MSTATUS_MIE = 1 << 3 };

bool cpu_interrupts_disable(void)
{
    uintptr_t mstatus;
    __asm__ volatile("csrrc %0, mstatus, %1" : "=r"(mstatus) : "r"(MSTATUS_MIE) : "memory");
    return (mstatus & MSTATUS_MIE) != 0;
}

void cpu_interrupts_set(bool on)
{
    if (on)
        __asm__ volatile("csrs mstatus, %0" ::"r"(MSTATUS_MIE) : "memory");
    else
        __asm__ volatile("csrc mstatus, %0" ::"r"(MSTATUS_MIE) : "memory");
}

void cpu_wait_for_interrupt(void)
{
    /* An interrupt that mie enables ends wfi also while mstatus.MIE masks it. */
    __asm__ volatile("wfi" ::: "memory");
}

void cpu_set_thread_pointer(void *block)
{
    __asm__ volatile("mv tp, %0" ::"r"(block));
}

/* pmpaddr of a naturally aligned power-of-two range. */
static uintptr_t napot(uintptr_t base, uintptr_t size_bytes)
{
    return (base >> 2) | ((size_bytes >> 3) - 1);
}

void cpu_protect_memory(void)
{
    enum {
        PMP_READ = 1 << 0,
        PMP_EXECUTE = 1 << 2,
        PMP_NAPOT = 3 << 3,
        PMP_LOCK = 1 << 7, /* without it machine mode is not bound */
        FENCE_SIZE_BYTES = 1024 * 1024,
    };
    uintptr_t flash = layout_address(layout_flash_start);
    uintptr_t flash_size_bytes = layout_address(layout_flash_size);
    uintptr_t fence = layout_address(layout_ram_start) - FENCE_SIZE_BYTES;
    uintptr_t config = 0;
    if ((flash_size_bytes & (flash_size_bytes - 1)) == 0 && flash % flash_size_bytes == 0) {
        __asm__ volatile("csrw pmpaddr0, %0" ::"r"(napot(flash, flash_size_bytes)));
        config |= PMP_LOCK | PMP_NAPOT | PMP_READ | PMP_EXECUTE;
    }
    /* The stack is the lowest thing in RAM. The lower entry wins: where flash lies right below RAM,
     * it is the fence for writes and stays readable. */
    __asm__ volatile("csrw pmpaddr1, %0" ::"r"(napot(fence, FENCE_SIZE_BYTES)));
    config |= (uintptr_t)(PMP_LOCK | PMP_NAPOT) << 8;
    __asm__ volatile("csrw pmpcfg0, %0" ::"r"(config) : "memory");
}
