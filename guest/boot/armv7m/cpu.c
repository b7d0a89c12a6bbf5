/* ARMv7-M: interrupts, sleep, memory protection. */
#include "boot/cpu.h"
#include "boot/armv7m/registers.h"
#include "boot/layout.h"
#include "boot/start.h"

/* Where flash is at 0, what a null pointer leads to is the vector table. It is larger than this. */
enum { VECTORS_HIDDEN_SIZE_BYTES = 256 };

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

/* A region is a power of two at a multiple of it, and each of its eighths can be left out: the
 * smallest such that has all of the range, and more than that where the range has another shape. */
static void open_region(unsigned number, uintptr_t start, uintptr_t size_bytes, uint32_t access)
{
    enum { LOG2_LEAST = 8, LOG2_ALL = 32 }; /* below 256 bytes there are no eighths */
    uintptr_t last = start + size_bytes - 1;
    unsigned log2_size = LOG2_LEAST;
    while (log2_size < LOG2_ALL && (start >> log2_size) != (last >> log2_size))
        log2_size += 1;
    uintptr_t base = log2_size < LOG2_ALL ? start >> log2_size << log2_size : 0;
    unsigned first_eighth = (start - base) >> (log2_size - 3);
    unsigned last_eighth = (last - base) >> (log2_size - 3);
    uint32_t used = (0xffU << first_eighth) & (0xffU >> (7 - last_eighth));
    MPU_RNR = number;
    MPU_RBAR = base;
    MPU_RASR = access | (~used & 0xff) << 8 | (log2_size - 1) << 1 | MPU_RASR_ENABLE;
}

void cpu_protect_memory(void)
{
    uintptr_t flash = layout_address(layout_flash_start);
    if (((MPU_TYPE >> 8) & 0xff) == 0)
        return; /* this core was built without an MPU */
    open_region(0, flash, layout_address(layout_flash_size), MPU_RASR_READ_ONLY | MPU_RASR_C);
    open_region(1, layout_address(layout_ram_start), layout_address(layout_ram_size),
                MPU_RASR_READ_WRITE | MPU_RASR_XN | MPU_RASR_C | MPU_RASR_B);
    open_region(2, layout_address(layout_devices_start), layout_address(layout_devices_size),
                MPU_RASR_READ_WRITE | MPU_RASR_XN | MPU_RASR_B);
    /* Of two regions the higher number counts. The core itself reads vectors past the MPU. */
    open_region(3, flash, VECTORS_HIDDEN_SIZE_BYTES, MPU_RASR_NO_ACCESS | MPU_RASR_XN);
    MPU_CTRL = MPU_CTRL_ENABLE;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

enum cpu_call cpu_call_before(uintptr_t return_address)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr) */
    const uint16_t *next = (const uint16_t *)(return_address & ~1U);
    if ((return_address & 1) == 0)
        return CPU_NO_CALL;            /* not Thumb's mark */
    if ((next[-1] & 0xff87) == 0x4780) /* blx */
        return CPU_CALL_BY_POINTER;
    bool is_bl = (next[-2] & 0xf800) == 0xf000 && (next[-1] & 0xd000) == 0xd000;
    return is_bl ? CPU_CALL : CPU_NO_CALL;
}
