/* What the fault status registers say (Armv7-M Architecture Reference Manual, B3.2.15); ARMv6-M has
 * none. */
#ifndef BOOT_CORTEX_M_CAUSE_H
#define BOOT_CORTEX_M_CAUSE_H

#include <stdint.h>

/* " (escalated, precise data bus error)" in last words; nothing where no bit is set. */
void cause_tell(uint32_t hfsr, uint32_t cfsr);

#endif
