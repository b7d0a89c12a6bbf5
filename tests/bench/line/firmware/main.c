/* Firmware of the line's benchmark: takes or sends as many bytes as the host orders.
 *
 *   order: letter, count (32 bits, little-endian); answer: '.', and from then on the bytes
 *   's'  the firmware sends them, by the project's own uart_write
 *   'k'  the host sends them, and gets '.' when all have come: by the project's own uart_read,
 *   'i'  or by a bare interrupt handler, which counts and does nothing else */
#include "boot/cpu.h"
#include "uart/driver.h"
#include "uart/uart.h"

#include <stdbool.h>

static uint8_t buffer[2048];

static void put(uint8_t byte)
{
    uart_write(&byte, 1);
}

static uint8_t get(void)
{
    uint8_t byte;
    uart_read(&byte, 1);
    return byte;
}

static void take(uint32_t left)
{
    while (left > 0)
        left -= (uint32_t)uart_read(buffer, left < sizeof buffer ? left : sizeof buffer);
}

static void give(uint32_t left)
{
    while (left > 0) {
        size_t size_bytes = left < sizeof buffer ? left : sizeof buffer;
        uart_write(buffer, size_bytes);
        left -= (uint32_t)size_bytes;
    }
}

/* ---- the bare loop ---- */

static volatile uint32_t awaited; /* bytes for the bare interrupt handler */

void __real_uart_interrupt(void);
void __wrap_uart_interrupt(void);

/* In uart_interrupt's place (app.cmake). */
void __wrap_uart_interrupt(void)
{
    uint32_t left = awaited;
    if (left == 0) {
        __real_uart_interrupt();
        return;
    }
    uart_driver_acknowledge();
    size_t wanted;
    size_t size_bytes;
    do {
        wanted = left < sizeof buffer ? left : sizeof buffer;
        size_bytes = uart_driver_receive(buffer, wanted);
        left -= (uint32_t)size_bytes;
    } while (left > 0 && size_bytes == wanted);
    awaited = left;
}

static void take_by_interrupt(void)
{
    while (awaited > 0) {
        bool on = cpu_interrupts_disable();
        if (awaited > 0)
            cpu_wait_for_interrupt();
        cpu_interrupts_set(on);
    }
}

/* ---- orders ---- */

/* The host waits for '.' before it sends: nothing comes before the receiver is ready. */
static void obey(uint8_t order, uint32_t count)
{
    if (order == 'i') {
        awaited = count;
        uart_driver_receive_interrupt(true);
    }
    put('.');
    if (order == 's') {
        give(count);
        return;
    }
    if (order == 'i')
        take_by_interrupt();
    else
        take(count);
    put('.');
}

int main(void)
{
    put('R');
    for (;;) {
        uint8_t order = get();
        uint32_t count = 0;
        for (unsigned shift = 0; shift < 32; shift += 8)
            count |= (uint32_t)get() << shift;
        obey(order, count);
    }
}
