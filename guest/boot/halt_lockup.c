/* Ends QEMU on an Arm Cortex-M, which has no power switch: an undefined instruction where its fault
 * cannot be taken. The core locks up and QEMU ends with its registers on stderr.
 * ARMv6-M has no FAULTMASK. There the first one is a HardFault, whose handler comes here again (a
 * fault while one is reported, fatal.c), and in that handler the second cannot be taken. */
#include "boot/fatal.h"

void halt(void)
{
    for (;;) {
#if __ARM_ARCH >= 7
        __asm__ volatile("cpsid f");
#endif
        __asm__ volatile("udf #0");
    }
}
