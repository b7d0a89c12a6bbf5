/* Virtual count of the Arm generic timer: 64 bits, always running, computed by QEMU when it is
 * read. board.json: clock_hz. */
#include "boot/board_config.h"
#include "boot/fatal.h"
#include "clock/clock.h"

static uint64_t start;

static uint64_t count(void)
{
    uint64_t value;
#ifdef __aarch64__
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value)::"memory");
#else
    __asm__ volatile("isb\n\tmrrc p15, 1, %Q0, %R0, c14" : "=r"(value)::"memory");
#endif
    return value;
}

static uint32_t frequency_hz(void)
{
#ifdef __aarch64__
    uint64_t value;
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(value));
#else
    uint32_t value;
    __asm__ volatile("mrc p15, 0, %0, c14, c0, 0" : "=r"(value));
#endif
    return (uint32_t)value;
}

void clock_init(void)
{
    /* QEMU's to choose, and not the same in every version for every CPU. */
    if (frequency_hz() == BOARD_TIMER_CLOCK_HZ)
        return;
    fatal_begin("abort: this QEMU's timer does not count at clock_hz of board.json:");
    fatal_hex("hz", frequency_hz());
    fatal_end();
}

void clock_start(void)
{
    start = count();
}

uint64_t clock_ticks(void)
{
    return count() - start;
}

void clock_stop(void)
{
}

uint32_t clock_sample(void)
{
    return (uint32_t)count();
}
