/* RISC-V platform-level interrupt controller. board.json: base.
 * Context 0 is hart 0 in machine mode (RISC-V PLIC specification). */
#include "boot/board_config.h"
#include "boot/cpu.h"
#include "boot/mmio.h"
#include "interrupts/interrupts.h"
#include "uart/uart.h"

#define PRIORITY(line) REG32(BOARD_INTERRUPT_CONTROLLER_BASE + 4 * (line))
#define ENABLE(line) REG32(BOARD_INTERRUPT_CONTROLLER_BASE + 0x2000 + 4 * ((line) / 32))
#define THRESHOLD REG32(BOARD_INTERRUPT_CONTROLLER_BASE + 0x200000)
#define CLAIM REG32(BOARD_INTERRUPT_CONTROLLER_BASE + 0x200004)

void cpu_interrupt_enable(unsigned line)
{
    PRIORITY(line) = 1;
    ENABLE(line) |= 1U << (line % 32);
    THRESHOLD = 0;
}

void interrupts_serve(void)
{
    for (uint32_t line = CLAIM; line != 0; line = CLAIM) {
        uart_interrupt();
        CLAIM = line;
    }
}
