/* Timers of ST's STM32F2 and F4 that have 32 bits, TIM2 and TIM5 (ST RM0090, 18): TIM2 counts at
 * clock_hz, TIM5 tells of its turns (for 48 hours at 100 MHz). QEMU computes both when they are
 * read, from a clock of 1 GHz that no register shows; their reload stays as it is at reset, which
 * has them raise no interrupt there and cost a sleeping board nothing.
 * board.json: base (of TIM2; TIM5 follows 0xc00 later), clock_hz (1 GHz, or that divided). */
#include "boot/board_config.h"
#include "boot/mmio.h"
#include "clock/clock.h"

#define CR1(timer) REG32((timer) + 0x00)
#define EGR(timer) REG32((timer) + 0x14)
#define CNT(timer) REG32((timer) + 0x24)
#define PSC(timer) REG32((timer) + 0x28)

enum {
    TIM2 = BOARD_TIMER_BASE,
    TIM5 = BOARD_TIMER_BASE + 0xc00,
    CR1_CEN = 1 << 0,
    EGR_UG = 1 << 0, /* take over the prescaler, begin at 0 */
    SOURCE_HZ = 1000000000,
    PRESCALER = SOURCE_HZ / BOARD_TIMER_CLOCK_HZ,
    SLOWER = 4096,
};

_Static_assert(PRESCALER *SLOWER <= 65536, "prescalers have 16 bits");
_Static_assert(PRESCALER *BOARD_TIMER_CLOCK_HZ == SOURCE_HZ,
               "no whole number divides the source so");

static uint32_t start;
static uint32_t slow_start;

static void run(uintptr_t timer, uint32_t prescaler)
{
    PSC(timer) = prescaler - 1;
    EGR(timer) = EGR_UG;
    CR1(timer) = CR1_CEN;
}

void clock_init(void)
{
    run(TIM5, PRESCALER * SLOWER);
    run(TIM2, PRESCALER);
}

void clock_start(void)
{
    slow_start = CNT(TIM5);
    start = CNT(TIM2);
}

uint64_t clock_ticks(void)
{
    /* TIM2 has the low bits, and the slow one says in which of its turns: the nearest. */
    uint64_t about = (uint64_t)(CNT(TIM5) - slow_start) * SLOWER;
    uint32_t low_bits = CNT(TIM2) - start;
    return about + (uint64_t)(int64_t)(int32_t)(low_bits - (uint32_t)about);
}

void clock_stop(void)
{
}

uint32_t clock_sample(void)
{
    return CNT(TIM2);
}
