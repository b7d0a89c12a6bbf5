/* RISC-V in machine mode, of 32 or 64 bits: faults, and interrupts by way of the PLIC. */
#include "boot/board_config.h"
#include "boot/calls.h"
#include "boot/cpu.h"
#include "boot/fatal.h"
#include "boot/mmio.h"
#include "uart/uart.h"

#include <stdint.h>

/* Context 0 is hart 0 in machine mode (RISC-V PLIC specification). */
#define PLIC_PRIORITY(line) REG32(BOARD_INTERRUPT_CONTROLLER_BASE + 4 * (line))
#define PLIC_ENABLE(line) REG32(BOARD_INTERRUPT_CONTROLLER_BASE + 0x2000 + 4 * ((line) / 32))
#define PLIC_THRESHOLD REG32(BOARD_INTERRUPT_CONTROLLER_BASE + 0x200000)
#define PLIC_CLAIM REG32(BOARD_INTERRUPT_CONTROLLER_BASE + 0x200004)

enum { MIE_MEIE = 1 << 11 };

static const char *const cause_names[] = {
    "instruction address misaligned",
    "instruction access fault",
    "illegal instruction",
    "breakpoint",
    "load address misaligned",
    "load access fault",
    "store address misaligned",
    "store access fault",
    [11] = "environment call",
};

void cpu_interrupt_enable(unsigned line)
{
    PLIC_PRIORITY(line) = 1;
    PLIC_ENABLE(line) |= 1U << (line % 32);
    PLIC_THRESHOLD = 0;
    __asm__ volatile("csrs mie, %0" ::"r"(MIE_MEIE));
}

/* Called by the trap entry. The external line is the only interrupt that mie enables. */
void trap_interrupt(void);
void trap_interrupt(void)
{
    for (uint32_t line = PLIC_CLAIM; line != 0; line = PLIC_CLAIM) {
        uart_interrupt();
        PLIC_CLAIM = line;
    }
}

/* Called by the trap entry with the interrupted ra and sp. */
void fault_report(uintptr_t cause, uintptr_t ra, uintptr_t sp) __attribute__((noreturn));
void fault_report(uintptr_t cause, uintptr_t ra, uintptr_t sp)
{
    const uintptr_t names = sizeof cause_names / sizeof cause_names[0];
    uintptr_t epc;
    uintptr_t tval;
    __asm__ volatile("csrr %0, mepc" : "=r"(epc));
    __asm__ volatile("csrr %0, mtval" : "=r"(tval));
    fatal_begin("fault:");
    fatal_hex("mcause", (uint32_t)cause);
    fatal_text(" (");
    fatal_text(cause < names && cause_names[cause] ? cause_names[cause] : "unknown cause");
    fatal_text(")");
    if (!calls_is_code(epc))
        fatal_explain_jump(ra);
    fatal_address("pc", epc);
    fatal_address("ra", ra);
    fatal_address("sp", sp);
    fatal_address("mtval", tval);
    fatal_explain_stack(sp);
    fatal_end();
}
