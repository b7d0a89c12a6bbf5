/* Arm Generic Interrupt Controller, version 3 (Arm IHI 0069), of a core without security states,
 * seen from AArch32. board.json: base (of the distributor), redistributor_base (this core's). Lines
 * are INTIDs: below 32 they are the core's own, and a shared peripheral's is 32 more than its SPI.
 */
#include "boot/board_config.h"
#include "boot/cpu.h"
#include "boot/mmio.h"
#include "interrupts/interrupts.h"
#include "uart/uart.h"

#define GICD_BASE BOARD_INTERRUPT_CONTROLLER_BASE
#define GICD_CTLR REG32(GICD_BASE)
#define GICR_WAKER REG32(BOARD_INTERRUPT_CONTROLLER_REDISTRIBUTOR_BASE + 0x14)
#define GICR_OWN_LINES_BASE (BOARD_INTERRUPT_CONTROLLER_REDISTRIBUTOR_BASE + 0x10000UL)

/* The distributor, and a core's own lines, have them at the same offsets. */
#define IGROUPR(base, line) REG32((base) + 0x80 + 4 * ((line) / 32))
#define ISENABLER(base, line) REG32((base) + 0x100 + 4 * ((line) / 32))
#define IPRIORITYR(base, line) REG8((base) + 0x400 + (line))

enum {
    OWN_LINES = 32,
    CTLR_ENABLE_GROUP_1 = 1 << 1,
    CTLR_AFFINITY_ROUTING = 1 << 4,
    WAKER_PROCESSOR_SLEEP = 1 << 1,
    WAKER_CHILDREN_ASLEEP = 1 << 2,
    PRIORITY_LOWEST = 0xff, /* this one itself is masked */
    PRIORITY = 0x80,
    INTID_NONE = 1020, /* from here on: nothing is pending */
};

static void cpu_interface_init(void)
{
    const uint32_t system_registers = 1;
    const uint32_t enable = 1;
    __asm__ volatile("mcr p15, 0, %0, c12, c12, 5\n\tisb" ::"r"(system_registers)); /* ICC_SRE */
    __asm__ volatile("mcr p15, 0, %0, c4, c6, 0" ::"r"(PRIORITY_LOWEST));           /* ICC_PMR */
    __asm__ volatile("mcr p15, 0, %0, c12, c12, 7\n\tisb" ::"r"(enable));           /* IGRPEN1 */
}

void cpu_interrupt_enable(unsigned line)
{
    uintptr_t base = line < OWN_LINES ? GICR_OWN_LINES_BASE : GICD_BASE;
    GICD_CTLR = CTLR_AFFINITY_ROUTING;
    GICD_CTLR = CTLR_AFFINITY_ROUTING | CTLR_ENABLE_GROUP_1;
    GICR_WAKER &= ~(uint32_t)WAKER_PROCESSOR_SLEEP;
    while (GICR_WAKER & WAKER_CHILDREN_ASLEEP)
        ;
    cpu_interface_init();
    IGROUPR(base, line) |= 1U << (line % 32); /* group 1 is IRQ, group 0 FIQ */
    IPRIORITYR(base, line) = PRIORITY;
    ISENABLER(base, line) = 1U << (line % 32); /* routed to core 0.0.0.0 after reset */
}

void interrupts_serve(void)
{
    for (;;) {
        uint32_t taken;
        __asm__ volatile("mrc p15, 0, %0, c12, c12, 0\n\tdsb" : "=r"(taken)::"memory"); /* IAR1 */
        if (taken >= INTID_NONE)
            return;
        uart_interrupt();
        __asm__ volatile("mcr p15, 0, %0, c12, c12, 1" ::"r"(taken) : "memory"); /* EOIR1 */
    }
}
