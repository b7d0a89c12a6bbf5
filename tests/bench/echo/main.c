/* Firmware for the transport benchmark: one byte to say that it runs, then every byte comes back.
 */
#include "uart/uart.h"

int main(void)
{
    static uint8_t buffer[4096];
    uart_write((const uint8_t *)"H", 1);
    for (;;)
        uart_write(buffer, uart_read(buffer, sizeof buffer));
}
