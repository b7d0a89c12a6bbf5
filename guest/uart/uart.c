/* The part that all UARTs share; receiving is in receive_ring.c or receive_direct.c. */
#include "uart/uart.h"
#include "boot/board_config.h"
#include "boot/cpu.h"
#include "uart/driver.h"

void uart_init(void)
{
    uart_driver_init();
    cpu_interrupt_enable(BOARD_UART_INTERRUPT);
}

/* The registers of a UART are all that it needs. */
void __attribute__((weak)) uart_restart(void)
{
}

void uart_write(const uint8_t *data, size_t size_bytes)
{
    uart_driver_send(data, size_bytes);
}

void uart_flush(void)
{
    uart_driver_drain();
}
