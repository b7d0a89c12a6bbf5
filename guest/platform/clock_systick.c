/* SysTick: 24 bits, counting down without a pause. While something is timed, an interrupt counts
 * its wraps. The counter is never set anew: QEMU would show 0 until its main loop gets to the first
 * tick, which takes milliseconds on a busy machine, and count those in. */
#include "boot/armv7m/registers.h"
#include "boot/cpu.h"
#include "platform/clock.h"

enum { RELOAD = 0xffffff };

static volatile uint32_t wraps;
static uint32_t start; /* the counter when the wraps began to count */

void clock_init(void)
{
    SYST_RVR = RELOAD;
    SYST_CVR = 0;
    SYST_CSR = SYST_CSR_CLKSOURCE | SYST_CSR_ENABLE;
}

void clock_start(void)
{
    bool on = cpu_interrupts_disable();
    SYST_CSR = SYST_CSR_CLKSOURCE | SYST_CSR_ENABLE | SYST_CSR_TICKINT;
    /* Not in the middle of a wrap, which might be counted though it came before the reading; nor at
     * 0, which stands until the first tick after clock_init. */
    do {
        SCB_ICSR = SCB_ICSR_PENDSTCLR;
        start = SYST_CVR;
    } while (start == 0 || (SCB_ICSR & SCB_ICSR_PENDSTSET));
    wraps = 0;
    cpu_interrupts_set(on);
}

uint64_t clock_ticks(void)
{
    bool on = cpu_interrupts_disable();
    uint32_t turns = wraps;
    uint32_t left = SYST_CVR;
    if (SCB_ICSR & SCB_ICSR_PENDSTSET) {
        /* It wrapped, perhaps only after it was read: read again, on the safe side of the wrap. */
        turns += 1;
        left = SYST_CVR;
    }
    cpu_interrupts_set(on);
    return (uint64_t)turns * (RELOAD + 1ULL) + start - left;
}

void clock_stop(void)
{
    SYST_CSR = SYST_CSR_CLKSOURCE | SYST_CSR_ENABLE;
    SCB_ICSR = SCB_ICSR_PENDSTCLR;
}

uint32_t clock_sample(void)
{
    return SYST_CVR;
}

void clock_interrupt(void)
{
    wraps += 1;
}
