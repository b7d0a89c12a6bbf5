/* RISC-V in machine mode, of 32 or 64 bits: faults. */
#include "boot/calls.h"
#include "boot/fatal.h"

#include <stdint.h>

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
