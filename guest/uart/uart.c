/* The part that all UARTs share; receiving is in receive_ring.c or receive_direct.c. */
#include "uart/uart.h"
#include "boot/board_config.h"
#include "boot/cpu.h"
#include "uart/driver.h"

#include <stdbool.h>

static bool is_ready;

void uart_init(void)
{
    uart_driver_init();
    is_ready = true;
    cpu_interrupt_enable(BOARD_UART_INTERRUPT);
}

/* The registers of a UART are all that it needs; to set them anew may lose what is on its way. */
void __attribute__((weak)) uart_restart(void)
{
    if (!is_ready)
        uart_driver_init();
}

void uart_write(const uint8_t *data, size_t size_bytes)
{
    uart_driver_send(data, size_bytes);
}

void uart_flush(void)
{
    uart_driver_drain();
}
