/* Ends QEMU through PSCI (Arm DEN 0022), which QEMU answers itself where the machine has no
 * firmware at a higher exception level. */
#include "boot/fatal.h"

#include <stdint.h>

void halt(void)
{
    enum { SYSTEM_OFF = 0x84000008 };
    for (;;) {
#ifdef __aarch64__
        register uint64_t function __asm__("x0") = SYSTEM_OFF;
        __asm__ volatile("hvc #0" : "+r"(function)::"memory");
#else
        register uint32_t function __asm__("r0") = SYSTEM_OFF;
        __asm__ volatile(".arch_extension virt\n\thvc #0" : "+r"(function)::"memory");
#endif
    }
}
