/* The board's serial line. Receiving never loses a byte: interrupts fill a ring, and while that is
 * full the bytes wait in the UART, and behind it in QEMU and in the host's pty. */
#ifndef UART_UART_H
#define UART_UART_H

#include <stddef.h>
#include <stdint.h>

void uart_init(void);

/* Between 1 and capacity_bytes bytes; sleeps until there is one. Not from interrupts. */
size_t uart_read(uint8_t *data, size_t capacity_bytes);

/* Waits until the UART has taken all bytes; uart_flush also until they have left it. Both poll and
 * may be called with interrupts masked. */
void uart_write(const uint8_t *data, size_t size_bytes);
void uart_flush(void);

/* For last words, in front of the first: uart_write works from here on, also before uart_init, and
 * whatever has been written over the driver's memory. No more is received. */
void uart_restart(void);

/* The UART's interrupt handler. */
void uart_interrupt(void);

#endif
