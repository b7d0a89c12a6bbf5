/* Arm Generic Interrupt Controller, version 2 (Arm IHI 0048). board.json: base (of the
 * distributor), cpu_base (of the CPU interface). Lines are INTIDs: a shared peripheral's is 32 more
 * than its SPI. */
#include "boot/board_config.h"
#include "boot/cpu.h"
#include "boot/mmio.h"
#include "interrupts/interrupts.h"
#include "uart/uart.h"

#define GICD_CTLR REG32(BOARD_INTERRUPT_CONTROLLER_BASE)
#define GICD_ISENABLER(line) REG32(BOARD_INTERRUPT_CONTROLLER_BASE + 0x100 + 4 * ((line) / 32))
#define GICD_IPRIORITYR(line) REG8(BOARD_INTERRUPT_CONTROLLER_BASE + 0x400 + (line))
#define GICD_ITARGETSR(line) REG8(BOARD_INTERRUPT_CONTROLLER_BASE + 0x800 + (line))
#define GICC_CTLR REG32(BOARD_INTERRUPT_CONTROLLER_CPU_BASE + 0x00)
#define GICC_PMR REG32(BOARD_INTERRUPT_CONTROLLER_CPU_BASE + 0x04)
#define GICC_IAR REG32(BOARD_INTERRUPT_CONTROLLER_CPU_BASE + 0x0c)
#define GICC_EOIR REG32(BOARD_INTERRUPT_CONTROLLER_CPU_BASE + 0x10)

enum {
    CTLR_ENABLE = 1 << 0,
    PRIORITY_LOWEST = 0xff, /* this one itself is masked */
    PRIORITY = 0x80,
    THIS_CPU = 1 << 0,
    IAR_INTID = 0x3ff,
    INTID_NONE = 1020, /* from here on: nothing is pending */
};

void cpu_interrupt_enable(unsigned line)
{
    GICD_IPRIORITYR(line) = PRIORITY;
    GICD_ITARGETSR(line) = THIS_CPU;
    GICD_ISENABLER(line) = 1U << (line % 32);
    GICD_CTLR = CTLR_ENABLE;
    GICC_PMR = PRIORITY_LOWEST;
    GICC_CTLR = CTLR_ENABLE;
}

void interrupts_serve(void)
{
    for (;;) {
        uint32_t taken = GICC_IAR;
        if ((taken & IAR_INTID) >= INTID_NONE)
            return;
        uart_interrupt();
        GICC_EOIR = taken;
    }
}
