/* ARMv7-M: the vector table, at the start of flash, and the faults. */
#include "boot/armv7m/registers.h"
#include "boot/fatal.h"
#include "boot/layout.h"
#include "boot/start.h"
#include "platform/clock.h"
#include "uart/uart.h"

#include <stdbool.h>

enum { EXTERNAL_LINES = 64, FAULT_STACK_SIZE_BYTES = 512 };

typedef void (*vector_handler)(void);

struct vector_table {
    char *stack;
    vector_handler system[15];
    vector_handler external[EXTERNAL_LINES];
};

/* What the CPU pushes on the interrupted stack. */
struct exception_frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

/* After a stack overflow the main stack is of no use to the fault handler either. */
static char fault_stack[FAULT_STACK_SIZE_BYTES] __attribute__((aligned(8), used));

static const char *const exception_names[] = {
    "stray exception", "stray exception", "NMI", "HardFault", "MemManage", "BusFault", "UsageFault",
};

void fault_report(const struct exception_frame *frame, uint32_t ipsr)
    __attribute__((noreturn, used));

/* A stack overflow leaves no frame. The return address nearest to the top of the overflowed stack
 * is then the best hint at where it happened. */
static uint32_t nearest_return_address(void)
{
    const uint32_t *word = (const uint32_t *)layout_stack_bottom;
    const uint32_t *end = (const uint32_t *)layout_stack_top;
    for (; word < end; ++word) {
        bool thumb = (*word & 1) != 0;
        if (thumb && *word > layout_address(layout_text_start) &&
            *word < layout_address(layout_text_end))
            return (*word & ~1U) - 2; /* inside the call */
    }
    return 0;
}

static void report_frame(const struct exception_frame *frame)
{
    uint32_t stack = (uint32_t)(uintptr_t)frame;
    bool lost = (SCB_CFSR & (SCB_CFSR_MSTKERR | SCB_CFSR_STKERR)) != 0;
    bool inside = stack >= layout_address(layout_ram_start) &&
                  stack <= layout_address(layout_ram_end) - sizeof *frame;
    if (lost || !inside) {
        fatal_hex("pc", nearest_return_address());
        fatal_hex("sp", stack);
        return;
    }
    fatal_hex("pc", frame->pc);
    fatal_hex("lr", frame->lr);
    fatal_hex("sp", stack + (uint32_t)sizeof *frame);
    fatal_hex("xpsr", frame->xpsr);
}

void fault_report(const struct exception_frame *frame, uint32_t ipsr)
{
    const unsigned names = sizeof exception_names / sizeof exception_names[0];
    fatal_begin("fault: ");
    fatal_text(exception_names[ipsr < names ? ipsr : 0]);
    report_frame(frame);
    fatal_hex("cfsr", SCB_CFSR);
    fatal_hex("hfsr", SCB_HFSR);
    fatal_hex("mmfar", SCB_MMFAR);
    fatal_hex("bfar", SCB_BFAR);
    fatal_explain_stack((uint32_t)(uintptr_t)frame);
    fatal_end();
}

static void __attribute__((naked)) fault_entry(void)
{
    __asm__ volatile("cpsid i\n\t"
                     "tst lr, #4\n\t"
                     "ite eq\n\t"
                     "mrseq r0, msp\n\t"
                     "mrsne r0, psp\n\t"
                     "mrs r1, ipsr\n\t"
                     "ldr r2, =fault_stack + %c0\n\t"
                     "mov sp, r2\n\t"
                     "b fault_report" ::"i"(FAULT_STACK_SIZE_BYTES));
}

/* Of a clock that takes no interrupt. */
void clock_interrupt(void) __attribute__((weak, alias("fault_entry")));

/* The name that the linker script calls the entry; the CPU finds it in the vector table. */
void _start(void) __attribute__((noreturn));
void _start(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
    runtime_start();
}

__attribute__((section(".vectors"), used)) static const struct vector_table vectors = {
    .stack = layout_stack_top,
    .system = {[0] = _start, [1 ... 13] = fault_entry, [14] = clock_interrupt},
    .external = {[0 ... EXTERNAL_LINES - 1] = uart_interrupt},
};
