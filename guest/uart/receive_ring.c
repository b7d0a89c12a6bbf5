/* Receiving from a UART: a ring between the interrupt and uart_read. */
#include "boot/board_config.h"
#include "boot/cpu.h"
#include "uart/driver.h"
#include "uart/uart.h"

#include <stdbool.h>
#include <string.h>

enum { RING_MASK = BOARD_RECEIVE_RING_SIZE_BYTES - 1 };

_Static_assert((BOARD_RECEIVE_RING_SIZE_BYTES & RING_MASK) == 0, "ring size: a power of two");

static struct {
    uint8_t bytes[BOARD_RECEIVE_RING_SIZE_BYTES];
    uint32_t head; /* counts bytes put in; wraps */
    uint32_t tail; /* counts bytes taken out */
    bool paused;   /* full: the receive interrupt is off */
} ring;

/* Interrupts are masked. */
static void ring_fill(void)
{
    size_t wanted;
    size_t size_bytes;
    do {
        size_t at = ring.head & RING_MASK;
        size_t until_end = BOARD_RECEIVE_RING_SIZE_BYTES - at;
        wanted = BOARD_RECEIVE_RING_SIZE_BYTES - (ring.head - ring.tail);
        if (wanted == 0) {
            ring.paused = true;
            uart_driver_receive_interrupt(false);
            return;
        }
        if (wanted > until_end)
            wanted = until_end;
        size_bytes = uart_driver_receive(ring.bytes + at, wanted);
        ring.head += (uint32_t)size_bytes;
    } while (size_bytes == wanted);
}

void uart_interrupt(void)
{
    uart_driver_acknowledge();
    ring_fill();
}

/* Interrupts are masked. */
static size_t ring_take(uint8_t *data, size_t capacity_bytes)
{
    size_t size_bytes = ring.head - ring.tail;
    if (size_bytes > capacity_bytes)
        size_bytes = capacity_bytes;
    size_t at = ring.tail & RING_MASK;
    size_t until_end = BOARD_RECEIVE_RING_SIZE_BYTES - at;
    size_t first = size_bytes < until_end ? size_bytes : until_end;
    memcpy(data, ring.bytes + at, first);
    memcpy(data + first, ring.bytes, size_bytes - first);
    ring.tail += (uint32_t)size_bytes;
    if (ring.paused && size_bytes > 0) {
        ring.paused = false;
        uart_driver_receive_interrupt(true);
        ring_fill(); /* what came while the interrupt was off */
    }
    return size_bytes;
}

size_t uart_read(uint8_t *data, size_t capacity_bytes)
{
    for (;;) {
        /* Masked from the look into the ring until asleep: else a byte could come in between, and
         * the sleep would last until the next one. */
        bool on = cpu_interrupts_disable();
        size_t size_bytes = ring_take(data, capacity_bytes);
        if (size_bytes == 0)
            cpu_wait_for_interrupt();
        cpu_interrupts_set(on);
        if (size_bytes > 0)
            return size_bytes;
    }
}
