/* mtime of the RISC-V CLINT: 64 bits, always running. */
#include "boot/board_config.h"
#include "boot/mmio.h"
#include "clock/clock.h"

#define MTIME_LOW REG32(BOARD_TIMER_BASE + 0xbff8)
#define MTIME_HIGH REG32(BOARD_TIMER_BASE + 0xbffc)

static uint64_t start;

static uint64_t mtime(void)
{
    for (;;) {
        uint32_t high = MTIME_HIGH;
        uint32_t low = MTIME_LOW;
        if (high == MTIME_HIGH)
            return (uint64_t)high << 32 | low;
    }
}

void clock_init(void)
{
}

void clock_start(void)
{
    start = mtime();
}

uint64_t clock_ticks(void)
{
    return mtime() - start;
}

void clock_stop(void)
{
}

uint32_t clock_sample(void)
{
    return MTIME_LOW;
}
