/* APB UART of Arm's Cortex-M System Design Kit (Arm DDI 0479).
 * board.json: base, interrupt (of the receiver), clock_hz. It holds one byte each way. */
#include "boot/board_config.h"
#include "boot/mmio.h"
#include "uart/driver.h"

#define DATA REG32(BOARD_UART_BASE + 0x00)
#define STATE REG32(BOARD_UART_BASE + 0x04)
#define CTRL REG32(BOARD_UART_BASE + 0x08)
#define INTSTATUS REG32(BOARD_UART_BASE + 0x0c)
#define BAUDDIV REG32(BOARD_UART_BASE + 0x10)

enum {
    STATE_TXFULL = 1 << 0,
    STATE_RXFULL = 1 << 1,
    CTRL_TX_EN = 1 << 0,
    CTRL_RX_EN = 1 << 1,
    CTRL_RX_INTEN = 1 << 3,
    INT_RX = 1 << 1,
    BAUD_PER_SECOND = 115200,
};

void uart_driver_init(void)
{
    BAUDDIV = BOARD_UART_CLOCK_HZ / BAUD_PER_SECOND;
    uart_driver_receive_interrupt(true);
    if (!(STATE & STATE_RXFULL))
        (void)DATA;
}

void uart_driver_acknowledge(void)
{
    /* Before the byte is read: the next one raises the interrupt anew. */
    INTSTATUS = INT_RX;
}

size_t uart_driver_receive(uint8_t *data, size_t capacity_bytes)
{
    size_t size_bytes = 0;
    while (size_bytes < capacity_bytes && (STATE & STATE_RXFULL))
        data[size_bytes++] = (uint8_t)DATA;
    return size_bytes;
}

void uart_driver_receive_interrupt(bool on)
{
    CTRL = CTRL_TX_EN | CTRL_RX_EN | (on ? CTRL_RX_INTEN : 0);
}

void uart_driver_send(const uint8_t *data, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; ++i) {
        while (STATE & STATE_TXFULL)
            ;
        DATA = data[i];
    }
}

void uart_driver_drain(void)
{
    while (STATE & STATE_TXFULL)
        ;
}
