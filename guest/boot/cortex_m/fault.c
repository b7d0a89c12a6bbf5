/* The report of a fault. */
#include "boot/calls.h"
#include "boot/cortex_m/cause.h"
#include "boot/cortex_m/registers.h"
#include "boot/fatal.h"
#include "boot/layout.h"

#include <stdbool.h>
#include <stddef.h>

/* What the CPU pushes on the interrupted stack. */
struct exception_frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

/* EXC_RETURN and the pushed xpsr say what else lies on that stack. */
enum { EXC_RETURN_NO_FPU_STATE = 1 << 4, XPSR_PADDED = 1 << 9, FPU_STATE_SIZE_BYTES = 18 * 4 };

static const char *const exception_names[] = {
    [2] = "NMI",      [3] = "HardFault",     [4] = "MemManage",
    [5] = "BusFault", [6] = "UsageFault",    [7] = "SecureFault",
    [11] = "SVCall",  [12] = "DebugMonitor", [14] = "PendSV",
};

void fault_report(const struct exception_frame *frame, uint32_t ipsr, uint32_t exc_return)
    __attribute__((noreturn, used));

/* Before the exception. */
static uint32_t stack_pointer(const struct exception_frame *frame, uint32_t exc_return)
{
    uint32_t sp = (uint32_t)(uintptr_t)(frame + 1);
    if ((exc_return & EXC_RETURN_NO_FPU_STATE) == 0)
        sp += FPU_STATE_SIZE_BYTES;
    return (frame->xpsr & XPSR_PADDED) != 0 ? sp + 4 : sp;
}

/* The configurable fault status. ARMv6-M has none, nor any other register that tells of a fault. */
static uint32_t status(void)
{
#if __ARM_ARCH >= 7
    return SCB_CFSR;
#else
    return 0;
#endif
}

static void report_cause(void)
{
#if __ARM_ARCH >= 7
    cause_tell(SCB_HFSR, SCB_CFSR);
#endif
}

static void report_registers(void)
{
#if __ARM_ARCH >= 7
    fatal_hex("cfsr", SCB_CFSR);
    fatal_hex("hfsr", SCB_HFSR);
    if ((SCB_CFSR & SCB_CFSR_MMARVALID) != 0)
        fatal_hex("mmfar", SCB_MMFAR);
    if ((SCB_CFSR & SCB_CFSR_BFARVALID) != 0)
        fatal_hex("bfar", SCB_BFAR);
#endif
}

static void report_frame(const struct exception_frame *frame, uint32_t exc_return)
{
    uint32_t stack = (uint32_t)(uintptr_t)frame;
    bool lost = (status() & (SCB_CFSR_MSTKERR | SCB_CFSR_STKERR)) != 0;
    bool inside = stack >= layout_address(layout_stack_memory_start) &&
                  stack <= layout_address(layout_stack_memory_end) - sizeof *frame;
    if (lost || !inside) {
        /* A stack overflow leaves no frame. The return address nearest to the end of the stack is
         * then the best hint at where it happened. */
        uint32_t pc = calls_last_on_stack();
        if (pc != 0)
            fatal_hex("pc", pc);
        fatal_hex("sp", stack);
        return;
    }
    if (!calls_is_code(frame->pc) || (status() & SCB_CFSR_INVSTATE) != 0)
        fatal_explain_jump(frame->lr);
    fatal_hex("pc", frame->pc);
    fatal_hex("lr", frame->lr);
    fatal_hex("sp", stack_pointer(frame, exc_return));
    fatal_hex("xpsr", frame->xpsr);
}

/* Called by fault_entry, on a stack of its own. */
void fault_report(const struct exception_frame *frame, uint32_t ipsr, uint32_t exc_return)
{
    const unsigned names = sizeof exception_names / sizeof exception_names[0];
    const char *name = ipsr < names ? exception_names[ipsr] : NULL;
    fatal_begin("fault: ");
    fatal_text(name ? name : "stray exception");
    report_cause();
    report_frame(frame, exc_return);
    report_registers();
    fatal_explain_stack((uint32_t)(uintptr_t)frame);
    fatal_end();
}
