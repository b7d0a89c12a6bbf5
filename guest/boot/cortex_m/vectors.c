/* The vector table, at the start of flash, and where it leads. */
#include "boot/board_config.h"
#include "boot/cortex_m/registers.h"
#include "boot/layout.h"
#include "boot/start.h"
#include "clock/clock.h"
#include "uart/uart.h"

/* No more lines than that of the UART are ever enabled; cpu_protect_memory hides the first 256
 * bytes, where nothing else may be, but on ARMv6-M. */
enum {
    EXTERNAL_LINES_LEAST = __ARM_ARCH >= 7 ? 48 : 0,
    EXTERNAL_LINES = BOARD_UART_INTERRUPT < EXTERNAL_LINES_LEAST ? EXTERNAL_LINES_LEAST
                                                                 : BOARD_UART_INTERRUPT + 1,
    FAULT_STACK_SIZE_BYTES = 512
};

typedef void (*vector_handler)(void);

struct vector_table {
    char *stack;
    vector_handler system[15];
    vector_handler external[EXTERNAL_LINES];
};

/* After a stack overflow the main stack is of no use to the fault handler either. */
static char fault_stack[FAULT_STACK_SIZE_BYTES] __attribute__((aligned(8), used));

static void __attribute__((naked)) fault_entry(void)
{
    __asm__ volatile("cpsid i\n\t"
                     "mov r2, lr\n\t"
                     "movs r0, #4\n\t"
                     "tst r2, r0\n\t"
                     "mrs r0, msp\n\t"
                     "beq 1f\n\t"
                     "mrs r0, psp\n"
                     "1:\n\t"
                     "mrs r1, ipsr\n\t"
                     "ldr r3, =fault_stack + %c0\n\t"
                     "mov sp, r3\n\t"
                     "bl fault_report" ::"i"(FAULT_STACK_SIZE_BYTES));
}

/* Of a clock that takes no interrupt. */
void clock_interrupt(void) __attribute__((weak, alias("fault_entry")));

/* The name that the linker script calls the entry; the CPU finds it in the vector table. */
void _start(void) __attribute__((noreturn));
void _start(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
#ifdef __ARM_FP
    SCB_CPACR = SCB_CPACR_FPU; /* off at reset; MVE (Helium) is behind it, too */
    __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
#ifdef BOARD_INTERRUPT_CONTROLLER_RESET_VECTORS
    SCB_VTOR = layout_address(layout_flash_start);
#endif
    runtime_start();
}

#ifdef BOARD_INTERRUPT_CONTROLLER_RESET_VECTORS
/* Where the core begins to look, on a board where that is not in flash: what it reads at reset. */
__attribute__((section(".reset_vectors"), used)) static const struct {
    char *stack;
    vector_handler reset;
} reset_vectors = {layout_stack_top, _start};
#endif

__attribute__((section(".vectors"), used)) static const struct vector_table vectors = {
    .stack = layout_stack_top,
    .system = {[0] = _start, [1 ... 13] = fault_entry, [14] = clock_interrupt},
    .external = {[0 ... EXTERNAL_LINES - 1] = uart_interrupt},
};
