/* Timers of Nordic's nRF51 (nRF51 Series Reference Manual, 18): TIMER0 at clock_hz, TIMER1 tells of
 * its turns, for 38 hours. QEMU's has 32 bits as TIMER0 has, the real one 16. A count is read by
 * capturing it, and QEMU computes it then. Once all compare events have come, and while nobody
 * clears them, it waits for nothing more: a sleeping board costs nothing.
 * board.json: base (of TIMER0; TIMER1 follows 0x1000 later), clock_hz (8 MHz). */
#include "boot/board_config.h"
#include "boot/mmio.h"
#include "clock/clock.h"

#define TASK_START(timer) REG32((timer) + 0x000)
#define TASK_CAPTURE(timer) REG32((timer) + 0x040)
#define EVENT_COMPARE(timer, i) REG32((timer) + 0x140 + 4 * (i))
#define BITMODE(timer) REG32((timer) + 0x508)
#define PRESCALER(timer) REG32((timer) + 0x510)
#define CC(timer, i) REG32((timer) + 0x540 + 4 * (i))

enum {
    TIMER0 = BOARD_TIMER_BASE,
    TIMER1 = BOARD_TIMER_BASE + 0x1000,
    BITMODE_32 = 3,
    SOURCE_HZ = 16000000,
    /* At 16 MHz a tick is half a nanosecond more than a whole number of them. QEMU drops the half
     * at each reading. */
    FAST_PRESCALER = 1,
    SLOW_PRESCALER = 9,
    SLOWER = 1 << (SLOW_PRESCALER - FAST_PRESCALER),
    COMPARES = 4,
};

_Static_assert(BOARD_TIMER_CLOCK_HZ == SOURCE_HZ >> FAST_PRESCALER, "clock_hz is 8000000");

static uint32_t start;
static uint32_t slow_start;

static uint32_t count(uintptr_t timer)
{
    TASK_CAPTURE(timer) = 1;
    return CC(timer, 0);
}

static void run(uintptr_t timer, uint32_t prescaler)
{
    BITMODE(timer) = BITMODE_32;
    PRESCALER(timer) = prescaler;
    for (unsigned i = 0; i < COMPARES; ++i)
        CC(timer, i) = 1;
    TASK_START(timer) = 1;
    while (EVENT_COMPARE(timer, COMPARES - 1) == 0)
        ;
}

void clock_init(void)
{
    run(TIMER1, SLOW_PRESCALER);
    run(TIMER0, FAST_PRESCALER);
}

void clock_start(void)
{
    slow_start = count(TIMER1);
    start = count(TIMER0);
}

uint64_t clock_ticks(void)
{
    /* TIMER0 has the low bits, and the slow one says in which of its turns: the nearest. */
    uint64_t about = (uint64_t)(count(TIMER1) - slow_start) * SLOWER;
    uint32_t low_bits = count(TIMER0) - start;
    return about + (uint64_t)(int64_t)(int32_t)(low_bits - (uint32_t)about);
}

void clock_stop(void)
{
}

uint32_t clock_sample(void)
{
    return count(TIMER0);
}
