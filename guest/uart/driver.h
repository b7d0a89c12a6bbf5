/* What uart.c needs of one kind of UART: uart/uart_DRIVER.c for board.json's "uart": {"driver"}.
 * Interrupts are masked in all calls but uart_driver_send and uart_driver_drain.
 * One that has more in memory than sending can do without has uart_restart (uart.h), too. */
#ifndef UART_DRIVER_H
#define UART_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sender and receiver on, receive interrupt on.
 * Must read the data register once after the receiver is on: QEMU looks for waiting input when
 * that register is read, but not when a receiver is switched on. */
void uart_driver_init(void);

/* Acknowledge the interrupt where the UART keeps it apart from the data. */
void uart_driver_acknowledge(void);

/* Received bytes; fewer than capacity_bytes where there are no more for now. */
size_t uart_driver_receive(uint8_t *data, size_t capacity_bytes);

/* Off: bytes stay where they are and raise no interrupt. A byte that came in the meantime need
 * not raise one when it is switched on again: the caller looks. */
void uart_driver_receive_interrupt(bool on);

void uart_driver_send(const uint8_t *data, size_t size_bytes);
void uart_driver_drain(void);

#endif
