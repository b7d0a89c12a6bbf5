/* AArch32 of A and R profile: what goes wrong, as DFSR and IFSR say. */
#include "boot/aarch64/abort.h"
#include "boot/calls.h"
#include "boot/fatal.h"

enum fault_kind { UNDEFINED, SUPERVISOR_CALL, PREFETCH_ABORT, DATA_ABORT };

enum { DFSR_WRITE = 1 << 11 };

static void report_cause(enum fault_kind kind, uint32_t status)
{
    static const char *const names[] = {
        "undefined instruction",
        "svc instruction",
        "instruction access abort",
        "data access abort",
    };
    fatal_text(names[kind]);
    if (kind == DATA_ABORT)
        fatal_text((status & DFSR_WRITE) ? ", write" : ", read");
    if (kind == DATA_ABORT || kind == PREFETCH_ABORT)
        fatal_text(abort_reason(status));
}

/* Called by the vectors, on the exception's stack. */
void fault_report(enum fault_kind kind, uint32_t pc, uint32_t sp, uint32_t lr)
    __attribute__((noreturn));
void fault_report(enum fault_kind kind, uint32_t pc, uint32_t sp, uint32_t lr)
{
    uint32_t dfsr;
    uint32_t dfar;
    uint32_t ifsr;
    uint32_t ifar;
    __asm__ volatile("mrc p15, 0, %0, c5, c0, 0" : "=r"(dfsr));
    __asm__ volatile("mrc p15, 0, %0, c6, c0, 0" : "=r"(dfar));
    __asm__ volatile("mrc p15, 0, %0, c5, c0, 1" : "=r"(ifsr));
    __asm__ volatile("mrc p15, 0, %0, c6, c0, 2" : "=r"(ifar));
    fatal_begin("fault: ");
    report_cause(kind, kind == DATA_ABORT ? dfsr : ifsr);
    if (!calls_is_code(pc))
        fatal_explain_jump(lr);
    fatal_address("pc", pc);
    fatal_address("lr", lr);
    fatal_address("sp", sp);
    if (kind == DATA_ABORT) {
        fatal_hex("dfsr", dfsr);
        fatal_address("dfar", dfar);
        sp = abort_stack_pointer(sp, dfar);
    } else if (kind == PREFETCH_ABORT) {
        fatal_hex("ifsr", ifsr);
        fatal_address("ifar", ifar);
    }
    fatal_explain_stack(sp);
    fatal_end();
}
