/* FPGAIO of Arm's MPS2 and MPS3 boards (Arm AN385, 4.5): COUNTER goes up at clock_hz in 32 bits,
 * CLK100HZ beside it. Both always run, raise no interrupt and cost a sleeping board nothing; QEMU
 * computes them when they are read. board.json: base, clock_hz. */
#include "boot/board_config.h"
#include "boot/mmio.h"
#include "clock/clock.h"

#define CLK100HZ REG32(BOARD_TIMER_BASE + 0x14)
#define COUNTER REG32(BOARD_TIMER_BASE + 0x18)

enum { SLOW_HZ = 100 };

static uint32_t start;
static uint32_t slow_start;

void clock_init(void)
{
}

void clock_start(void)
{
    slow_start = CLK100HZ;
    start = COUNTER;
}

uint64_t clock_ticks(void)
{
    /* COUNTER has the low bits, and the slow one says in which of its turns: the nearest. */
    uint64_t about = (uint64_t)(CLK100HZ - slow_start) * (BOARD_TIMER_CLOCK_HZ / SLOW_HZ);
    uint32_t low_bits = COUNTER - start;
    return about + (uint64_t)(int64_t)(int32_t)(low_bits - (uint32_t)about);
}

void clock_stop(void)
{
}

uint32_t clock_sample(void)
{
    return COUNTER;
}
