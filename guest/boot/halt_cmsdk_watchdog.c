/* Ends QEMU by a reset, which it takes for the end with -no-reboot, from the watchdog of Arm's
 * Cortex-M System Design Kit (Arm DDI 0479): when it expires for a second time. board.json: base.
 */
#include "boot/board_config.h"
#include "boot/fatal.h"
#include "boot/mmio.h"

#define WDOGLOAD REG32(BOARD_HALT_BASE + 0x000)
#define WDOGCONTROL REG32(BOARD_HALT_BASE + 0x008)
#define WDOGLOCK REG32(BOARD_HALT_BASE + 0xc00)

void halt(void)
{
    enum { SOON_TICKS = 1000, INTERRUPT_ENABLE = 1 << 0, RESET_ENABLE = 1 << 1 };
    const uint32_t unlock = 0x1acce551;
    WDOGLOCK = unlock;
    WDOGLOAD = SOON_TICKS;
    WDOGCONTROL = INTERRUPT_ENABLE | RESET_ENABLE;
    for (;;)
        ;
}
