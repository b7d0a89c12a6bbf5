/* Last words over the UART, polled, with nothing else needed. */
#include "boot/fatal.h"
#include "boot/calls.h"
#include "boot/cpu.h"
#include "boot/layout.h"
#include "uart/uart.h"

#include <stdbool.h>
#include <string.h>

/* Ends a half-sent frame, or a half-sent line. */
#ifdef SERIAL_LINE_IS_TEXT
static const char BEGIN[] = "\n";
#else
static const char BEGIN[] = "\xff\n";
#endif

static bool dying;

void fatal_text(const char *text)
{
    uart_write((const uint8_t *)text, strlen(text));
}

void fatal_begin(const char *what)
{
    cpu_interrupts_disable();
    if (dying)
        halt(); /* a fault while reporting one: the first is the one that matters */
    dying = true;
    uart_restart();
    fatal_text(BEGIN);
    fatal_text(what);
}

void fatal_digits(uintptr_t value, unsigned digits)
{
    while (digits-- > 0) {
        const uint8_t digit = (uint8_t) "0123456789abcdef"[(value >> (4 * digits)) & 15];
        uart_write(&digit, 1);
    }
}

static void write_number(const char *name, uintptr_t value, unsigned digits)
{
    fatal_text(" ");
    fatal_text(name);
    fatal_text("=0x");
    fatal_digits(value, digits);
}

void fatal_hex(const char *name, uint32_t value)
{
    write_number(name, value, 2 * sizeof value);
}

void fatal_address(const char *name, uintptr_t value)
{
    write_number(name, value, 2 * sizeof value);
}

void fatal_decimal(int value)
{
    char text[] = "-2147483648";
    unsigned left = value < 0 ? -(unsigned)value : (unsigned)value;
    unsigned at = sizeof text - 1;
    do
        text[--at] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (value < 0)
        text[--at] = '-';
    fatal_text(text + at);
}

void fatal_caller(const void *return_address)
{
    fatal_address("pc", calls_place((uintptr_t)return_address));
}

void fatal_explain_jump(uintptr_t return_address)
{
    enum cpu_call call = calls_before(return_address);
    if (call == CPU_NO_CALL) {
        fatal_text(" (jump to nowhere, and the return address is lost: a stack was written over)");
        return;
    }
    fatal_text(" (jump to nowhere)");
    fatal_address(call == CPU_CALL_BY_POINTER ? "from" : "last_call", calls_place(return_address));
}

void fatal_explain_stack(uintptr_t stack_pointer)
{
    uintptr_t bottom = layout_address(layout_stack_bottom);
    if (stack_pointer >= bottom)
        return;
    fatal_text(" (stack overflow: the main stack is from");
    fatal_address("bottom", bottom);
    fatal_text(" to");
    fatal_address("top", layout_address(layout_stack_top));
    fatal_text("; raise config_main_stack_size)");
}

void fatal_end(void)
{
    fatal_text("\n");
    uart_flush();
    halt();
}
