/* National Semiconductor 16550A with byte-wide registers. board.json: base, interrupt. */
#include "boot/board_config.h"
#include "boot/mmio.h"
#include "uart/driver.h"

#define RBR REG8(BOARD_UART_BASE + 0)
#define THR REG8(BOARD_UART_BASE + 0)
#define DLL REG8(BOARD_UART_BASE + 0)
#define IER REG8(BOARD_UART_BASE + 1)
#define DLM REG8(BOARD_UART_BASE + 1)
#define FCR REG8(BOARD_UART_BASE + 2)
#define LCR REG8(BOARD_UART_BASE + 3)
#define LSR REG8(BOARD_UART_BASE + 5)

enum {
    IER_RX = 1 << 0,
    FCR_ENABLE = 1 << 0,
    FCR_CLEAR_BOTH = 3 << 1,
    FCR_TRIGGER_14 = 3 << 6, /* fewer bytes raise the time-out interrupt, 4 characters later */
    LCR_8N1 = 3,
    LCR_DLAB = 1 << 7,
    LSR_DR = 1 << 0,
    LSR_THRE = 1 << 5,
    LSR_TEMT = 1 << 6,
    FIFO_SIZE_BYTES = 16,
};

void uart_driver_init(void)
{
    LCR = LCR_DLAB;
    DLM = 0;
    DLL = 1; /* the fastest: emulated characters take no time, but the receive time-out does */
    LCR = LCR_8N1;
    FCR = FCR_ENABLE | FCR_CLEAR_BOTH | FCR_TRIGGER_14;
    uart_driver_receive_interrupt(true);
    if (!(LSR & LSR_DR))
        (void)RBR;
}

void uart_driver_acknowledge(void)
{
    /* Reading the FIFO empty clears the interrupt. */
}

size_t uart_driver_receive(uint8_t *data, size_t capacity_bytes)
{
    size_t size_bytes = 0;
    while (size_bytes < capacity_bytes && (LSR & LSR_DR))
        data[size_bytes++] = RBR;
    return size_bytes;
}

void uart_driver_receive_interrupt(bool on)
{
    IER = on ? IER_RX : 0;
}

void uart_driver_send(const uint8_t *data, size_t size_bytes)
{
    while (size_bytes > 0) {
        while (!(LSR & LSR_THRE))
            ;
        size_t burst = size_bytes < FIFO_SIZE_BYTES ? size_bytes : FIFO_SIZE_BYTES;
        for (size_t i = 0; i < burst; ++i)
            THR = data[i];
        data += burst;
        size_bytes -= burst;
    }
}

void uart_driver_drain(void)
{
    while (!(LSR & LSR_TEMT))
        ;
}
