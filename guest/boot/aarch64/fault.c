/* AArch64 at EL1: what goes wrong, as ESR_EL1 says (Arm Architecture Reference Manual, D19.2). */
#include "boot/aarch64/abort.h"
#include "boot/calls.h"
#include "boot/fatal.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CLASS_INSTRUCTION_ABORT = 0x21,
    CLASS_DATA_ABORT = 0x25,
    ABORT_WRITE = 1 << 6,
};

/* By ESR_EL1.EC; of what this firmware can meet. */
static const struct {
    uint8_t class;
    const char *name;
} classes[] = {
    {0x00, "undefined instruction"},   {0x07, "floating point is off"},
    {0x0e, "illegal execution state"}, {0x15, "svc instruction"},
    {0x18, "system register"},         {CLASS_INSTRUCTION_ABORT, "instruction access abort"},
    {0x22, "pc misaligned"},           {CLASS_DATA_ABORT, "data access abort"},
    {0x26, "sp misaligned"},           {0x3c, "brk instruction"},
};

static const char *class_name(uint32_t class)
{
    for (unsigned i = 0; i < sizeof classes / sizeof classes[0]; ++i)
        if (classes[i].class == class)
            return classes[i].name;
    return "unknown class";
}

static void report_cause(uint32_t esr)
{
    uint32_t class = esr >> 26;
    fatal_text(class_name(class));
    if (class == CLASS_DATA_ABORT)
        fatal_text((esr & ABORT_WRITE) ? ", write" : ", read");
    if (class == CLASS_DATA_ABORT || class == CLASS_INSTRUCTION_ABORT)
        fatal_text(abort_reason(esr));
}

/* Called by the vectors, on the exception's stack. */
void fault_report(uintptr_t lr, bool is_system_error) __attribute__((noreturn));
void fault_report(uintptr_t lr, bool is_system_error)
{
    uint64_t esr;
    uint64_t far;
    uint64_t pc;
    uint64_t sp;
    __asm__ volatile("mrs %0, esr_el1" : "=r"(esr));
    __asm__ volatile("mrs %0, far_el1" : "=r"(far));
    __asm__ volatile("mrs %0, elr_el1" : "=r"(pc));
    __asm__ volatile("mrs %0, sp_el0" : "=r"(sp));
    fatal_begin("fault: ");
    if (is_system_error)
        fatal_text("SError");
    else
        report_cause((uint32_t)esr);
    if (!calls_is_code(pc))
        fatal_explain_jump(lr);
    fatal_address("pc", pc);
    fatal_address("lr", lr);
    fatal_address("sp", sp);
    fatal_hex("esr", (uint32_t)esr);
    fatal_address("far", far);
    fatal_explain_stack(esr >> 26 == CLASS_DATA_ABORT ? abort_stack_pointer(sp, far) : sp);
    fatal_end();
}
