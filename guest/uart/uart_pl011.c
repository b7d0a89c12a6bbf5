/* Arm PL011 (Arm DDI 0183). board.json: base, interrupt. */
#include "boot/board_config.h"
#include "boot/mmio.h"
#include "uart/driver.h"

#define UARTDR REG32(BOARD_UART_BASE + 0x00)
#define UARTFR REG32(BOARD_UART_BASE + 0x18)
#define UARTLCR_H REG32(BOARD_UART_BASE + 0x2c)
#define UARTCR REG32(BOARD_UART_BASE + 0x30)
#define UARTIMSC REG32(BOARD_UART_BASE + 0x38)

enum {
    FR_BUSY = 1 << 3,
    FR_RXFE = 1 << 4,
    FR_TXFE = 1 << 7,
    LCR_H_FEN = 1 << 4,
    LCR_H_WLEN_8 = 3 << 5,
    CR_UARTEN = 1 << 0,
    CR_TXE = 1 << 8,
    CR_RXE = 1 << 9,
    INT_RX = 1 << 4,
    INT_RECEIVE_TIMEOUT = 1 << 6,
    FIFO_SIZE_BYTES = 16, /* 32 from revision r1p5 on */
};

void uart_driver_init(void)
{
    UARTLCR_H = LCR_H_WLEN_8 | LCR_H_FEN;
    UARTCR = CR_UARTEN | CR_TXE | CR_RXE;
    uart_driver_receive_interrupt(true);
    if (UARTFR & FR_RXFE)
        (void)UARTDR;
}

void uart_driver_acknowledge(void)
{
    /* Reading the FIFO empty clears the interrupt. Clearing it by hand could lose a byte's. */
}

size_t uart_driver_receive(uint8_t *data, size_t capacity_bytes)
{
    size_t size_bytes = 0;
    while (size_bytes < capacity_bytes && !(UARTFR & FR_RXFE))
        data[size_bytes++] = (uint8_t)UARTDR;
    return size_bytes;
}

void uart_driver_receive_interrupt(bool on)
{
    UARTIMSC = on ? INT_RX | INT_RECEIVE_TIMEOUT : 0;
}

void uart_driver_send(const uint8_t *data, size_t size_bytes)
{
    while (size_bytes > 0) {
        while (!(UARTFR & FR_TXFE))
            ;
        size_t burst = size_bytes < FIFO_SIZE_BYTES ? size_bytes : FIFO_SIZE_BYTES;
        for (size_t i = 0; i < burst; ++i)
            UARTDR = data[i];
        data += burst;
        size_bytes -= burst;
    }
}

void uart_driver_drain(void)
{
    while (UARTFR & FR_BUSY)
        ;
}
