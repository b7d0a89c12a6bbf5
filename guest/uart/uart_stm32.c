/* USART of ST's STM32F2 and F4 (ST RM0090, 30). board.json: base, interrupt.
 * It holds one byte each way, and drops what comes while the receiver is off. */
#include "boot/board_config.h"
#include "boot/mmio.h"
#include "uart/driver.h"

#define SR REG32(BOARD_UART_BASE + 0x00)
#define DR REG32(BOARD_UART_BASE + 0x04)
#define CR1 REG32(BOARD_UART_BASE + 0x0c)

enum {
    SR_RXNE = 1 << 5,
    SR_TC = 1 << 6,
    SR_TXE = 1 << 7,
    CR1_RE = 1 << 2,
    CR1_TE = 1 << 3,
    CR1_RXNEIE = 1 << 5,
    CR1_UE = 1 << 13,
    NONE = -1,
};

/* Received while the interrupt was being switched off. */
static int held = NONE;

void uart_driver_init(void)
{
    uart_driver_receive_interrupt(true);
    if (!(SR & SR_RXNE))
        (void)DR;
}

void uart_driver_acknowledge(void)
{
    /* Reading the byte clears the interrupt. */
}

size_t uart_driver_receive(uint8_t *data, size_t capacity_bytes)
{
    size_t size_bytes = 0;
    if (capacity_bytes > 0 && held != NONE) {
        data[size_bytes++] = (uint8_t)held;
        held = NONE;
    }
    while (size_bytes < capacity_bytes && (SR & SR_RXNE))
        data[size_bytes++] = (uint8_t)DR;
    return size_bytes;
}

void uart_driver_receive_interrupt(bool on)
{
    CR1 = CR1_UE | CR1_TE | CR1_RE | (on ? CR1_RXNEIE : 0);
    /* Up to QEMU 8.1 only reading the byte ends the interrupt that it raised, also when that has
     * been switched off: nothing else would run again. One that comes later raises none. */
    if (!on && held == NONE && (SR & SR_RXNE))
        held = (int)(DR & 0xff);
}

void uart_driver_send(const uint8_t *data, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; ++i) {
        while (!(SR & SR_TXE))
            ;
        DR = data[i];
    }
}

void uart_driver_drain(void)
{
    while (!(SR & SR_TC))
        ;
}
