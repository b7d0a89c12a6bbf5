/* UART of Nordic's nRF51 (nRF51 Series Reference Manual, 29). board.json: base, interrupt.
 * It holds six received bytes and one to send. Pins and baud rate do not matter to QEMU, and stay
 * as they are. */
#include "boot/board_config.h"
#include "boot/mmio.h"
#include "uart/driver.h"

#define STARTRX REG32(BOARD_UART_BASE + 0x000)
#define STARTTX REG32(BOARD_UART_BASE + 0x008)
#define RXDRDY REG32(BOARD_UART_BASE + 0x108)
#define TXDRDY REG32(BOARD_UART_BASE + 0x11c)
#define INTENSET REG32(BOARD_UART_BASE + 0x304)
#define INTENCLR REG32(BOARD_UART_BASE + 0x308)
#define ENABLE REG32(BOARD_UART_BASE + 0x500)
#define RXD REG32(BOARD_UART_BASE + 0x518)
#define TXD REG32(BOARD_UART_BASE + 0x51c)

enum { ENABLE_ON = 4, INT_RXDRDY = 1 << 2 };

/* QEMU does not look for waiting input when this receiver is switched on, nor when its data
 * register is read empty: that its timer is started afterwards (start.c) makes it look. */
void uart_driver_init(void)
{
    ENABLE = ENABLE_ON;
    STARTTX = 1;
    STARTRX = 1;
    uart_driver_receive_interrupt(true);
}

void uart_driver_acknowledge(void)
{
    /* The event that interrupts is the only one that tells of a byte: see below. */
}

size_t uart_driver_receive(uint8_t *data, size_t capacity_bytes)
{
    size_t size_bytes = 0;
    while (size_bytes < capacity_bytes && RXDRDY != 0) {
        /* Before the byte is read: the event comes again when there are more. */
        RXDRDY = 0;
        data[size_bytes++] = (uint8_t)RXD;
    }
    return size_bytes;
}

void uart_driver_receive_interrupt(bool on)
{
    if (on)
        INTENSET = INT_RXDRDY;
    else
        INTENCLR = INT_RXDRDY;
}

void uart_driver_send(const uint8_t *data, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; ++i) {
        TXDRDY = 0;
        TXD = data[i];
        while (TXDRDY == 0)
            ;
    }
}

void uart_driver_drain(void)
{
    /* Each byte has left before the next is written, and so has the last. */
}
