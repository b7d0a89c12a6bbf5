/* ARMv7-M: interrupts, sleep, memory protection. */
#include "boot/cpu.h"
#include "boot/armv7m/registers.h"
#include "boot/layout.h"
#include "boot/start.h"

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

/* size_bytes must be a power of two of at least 32, and base a multiple of it. */
static void protect_region(unsigned number, uintptr_t base, uintptr_t size_bytes, uint32_t access)
{
    uint32_t log2_size = 31 - (uint32_t)__builtin_clzl(size_bytes);
    MPU_RNR = number;
    MPU_RBAR = base;
    MPU_RASR = access | (log2_size - 1) << 1 | MPU_RASR_ENABLE;
}

void cpu_protect_memory(void)
{
    enum { FENCE_SIZE_BYTES = 1024 * 1024 };
    uintptr_t flash = layout_address(layout_flash_start);
    uintptr_t flash_size_bytes = layout_address(layout_flash_size);
    uintptr_t ram = layout_address(layout_ram_start);
    if (((MPU_TYPE >> 8) & 0xff) == 0)
        return; /* this core was built without an MPU */
    if ((flash_size_bytes & (flash_size_bytes - 1)) == 0 && flash % flash_size_bytes == 0)
        protect_region(0, flash, flash_size_bytes, MPU_RASR_READ_ONLY);
    /* The stack is the lowest thing in RAM. What lies below RAM is not the same on every board
     * (a mirror, nothing, ignored writes), so the fence does not rely on it. */
    protect_region(1, ram - FENCE_SIZE_BYTES, FENCE_SIZE_BYTES, MPU_RASR_NO_ACCESS | MPU_RASR_XN);
    MPU_CTRL = MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}
