/* TI Stellaris, whose timers other than SysTick can't be read while they count: SysTick has 24
 * bits, counts down, and its interrupt counts turns; GPTM 0 as a real-time clock counts seconds.
 * board.json: base (of GPTM 0), clock_hz (of SysTick).
 *
 * QEMU reloads SysTick and makes its interrupt pending when its main loop comes to it, on a busy
 * machine milliseconds late. Until then the counter reads 1, and nothing says that it has expired;
 * afterwards it is where it would be had it been reloaded in time. So
 *  - a reading of 1 (or 0, which stands until the first reload) is no reading: wait for the next;
 *  - what is timed begins with half a turn to go at least, so that little of it comes to that wait;
 *  - when all of QEMU stood still for more than a turn, one interrupt stands for several: there the
 *    seconds tell, of which QEMU makes up for each.
 * Both run only while something is timed. A running timer wakes a sleeping board, without a pause
 * where QEMU counts instructions (it then skips to the next event). */
#include "boot/board_config.h"
#include "boot/cortex_m/registers.h"
#include "boot/cpu.h"
#include "clock/clock.h"

#define GPTM_CFG REG32(BOARD_TIMER_BASE + 0x00)
#define GPTM_CTL REG32(BOARD_TIMER_BASE + 0x0c)
#define GPTM_TAMATCHR REG32(BOARD_TIMER_BASE + 0x30)
#define GPTM_TAR REG32(BOARD_TIMER_BASE + 0x48)

enum { RELOAD = 0xffffff, GPTM_CFG_RTC = 1, GPTM_CTL_TAEN = 1 };

static volatile uint32_t turns;
static uint32_t start; /* the counter when turns began to count */
static uint32_t seconds_start;
static uint32_t turns_taken; /* when the counter was last read */

static uint32_t counter(void)
{
    uint32_t left;
    do
        left = SYST_CVR;
    while (left <= 1);
    return left;
}

void clock_init(void)
{
    SYST_RVR = RELOAD;
    SYST_CVR = 0;
    GPTM_CFG = GPTM_CFG_RTC;
    GPTM_TAMATCHR = UINT32_MAX; /* where it starts again from 0 */
}

void clock_start(void)
{
    bool on = cpu_interrupts_disable();
    clock_stop();
    if (SYST_CVR <= RELOAD / 2)
        SYST_CVR = 0; /* reloads when it counts on */
    SYST_CSR = SYST_CSR_CLKSOURCE | SYST_CSR_ENABLE | SYST_CSR_TICKINT;
    do {
        SCB_ICSR = SCB_ICSR_PENDSTCLR;
        start = counter();
    } while (SCB_ICSR & SCB_ICSR_PENDSTSET); /* expired in between: counted though it came before */
    turns = 0;
    /* Last, for the seconds are a lower bound of what the counter says. */
    seconds_start = GPTM_TAR;
    GPTM_CTL = GPTM_CTL_TAEN;
    cpu_interrupts_set(on);
}

uint64_t clock_ticks(void)
{
    bool on = cpu_interrupts_disable();
    (void)counter(); /* from here QEMU is up to date, its seconds too */
    uint32_t seconds = GPTM_TAR - seconds_start;
    uint32_t full_turns = turns;
    turns_taken = full_turns;
    uint32_t left = counter();
    if (SCB_ICSR & SCB_ICSR_PENDSTSET) {
        /* It expired, perhaps only after it was read: read again, on the safe side. */
        full_turns += 1;
        left = counter();
    }
    cpu_interrupts_set(on);
    uint64_t ticks = (uint64_t)full_turns * (RELOAD + 1ULL) + start - left;
    while (ticks < (uint64_t)seconds * BOARD_TIMER_CLOCK_HZ)
        ticks += RELOAD + 1ULL; /* a turn that no interrupt told of */
    return ticks;
}

void clock_stop(void)
{
    SYST_CSR = SYST_CSR_CLKSOURCE;
    SCB_ICSR = SCB_ICSR_PENDSTCLR;
    GPTM_CTL = 0;
}

/* Its low bits depend on when QEMU's main loop came to reload it. */
uint32_t clock_sample(void)
{
    bool stopped = (SYST_CSR & SYST_CSR_ENABLE) == 0;
    SYST_CSR |= SYST_CSR_ENABLE;
    uint32_t sample = counter();
    if (stopped)
        SYST_CSR = SYST_CSR_CLKSOURCE;
    return sample;
}

void clock_interrupt(void)
{
    turns += 1;
}

uint32_t clock_interrupts(void)
{
    return turns_taken;
}

void clock_interrupt_trial(void)
{
    static volatile uint32_t trials;
    trials += 1;
}
