/* SysTick: 24 bits, counting down. While something is timed, an interrupt counts its wraps. */
#include "boot/armv7m/registers.h"
#include "boot/cpu.h"
#include "platform/clock.h"

enum { RELOAD = 0xffffff };

static volatile uint32_t wraps;

void clock_init(void)
{
    SYST_RVR = RELOAD;
    SYST_CVR = 0;
    SYST_CSR = SYST_CSR_CLKSOURCE | SYST_CSR_ENABLE;
}

void clock_start(void)
{
    SYST_CSR = SYST_CSR_CLKSOURCE;
    SYST_CVR = 0;
    SCB_ICSR = SCB_ICSR_PENDSTCLR;
    wraps = 0;
    SYST_CSR = SYST_CSR_CLKSOURCE | SYST_CSR_ENABLE | SYST_CSR_TICKINT;
    /* The first tick loads RELOAD; until then the counter reads 0, which would mean a whole turn.
     */
    while (SYST_CVR == 0)
        ;
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
    return (uint64_t)turns * (RELOAD + 1ULL) + (RELOAD - left);
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
