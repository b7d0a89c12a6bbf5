/* Receiving from a device that fills memory of the driver's by itself: uart_read takes it from
 * there, and an interrupt is only there to end its sleep. */
#include "boot/cpu.h"
#include "uart/driver.h"
#include "uart/uart.h"

void uart_interrupt(void)
{
    uart_driver_acknowledge();
}

/* Interrupts are masked. */
static size_t receive_or_sleep(uint8_t *data, size_t capacity_bytes)
{
    size_t size_bytes = uart_driver_receive(data, capacity_bytes);
    if (size_bytes > 0)
        return size_bytes;
    uart_driver_receive_interrupt(true);
    size_bytes = uart_driver_receive(data, capacity_bytes); /* what came before it was on */
    if (size_bytes == 0)
        cpu_wait_for_interrupt();
    uart_driver_receive_interrupt(false);
    return size_bytes;
}

size_t uart_read(uint8_t *data, size_t capacity_bytes)
{
    size_t size_bytes = 0;
    while (size_bytes == 0) {
        bool on = cpu_interrupts_disable();
        size_bytes = receive_or_sleep(data, capacity_bytes);
        cpu_interrupts_set(on);
    }
    return size_bytes;
}
