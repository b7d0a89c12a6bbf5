/* Port 1 of a console device of virtio (Virtual I/O Device 1.2, 5.3) with registers in memory
 * (4.2.2; not the legacy ones of 4.2.4). board.json: base, interrupt.
 * Not port 0: that is a console, of which QEMU drops what the host does not take at once.
 *
 * The device fills a buffer with as much as the host has sent, and takes what is to be sent from
 * where it stands, whole. */
#include "boot/board_config.h"
#include "boot/cpu.h"
#include "boot/fatal.h"
#include "boot/mmio.h"
#include "uart/driver.h"
#include "uart/uart.h"

#include <string.h>

#define MAGIC REG32(BOARD_UART_BASE + 0x000)
#define VERSION REG32(BOARD_UART_BASE + 0x004)
#define DEVICE_ID REG32(BOARD_UART_BASE + 0x008)
#define DRIVER_FEATURES REG32(BOARD_UART_BASE + 0x020)
#define DRIVER_FEATURES_SELECT REG32(BOARD_UART_BASE + 0x024)
#define QUEUE_SELECT REG32(BOARD_UART_BASE + 0x030)
#define QUEUE_SIZE REG32(BOARD_UART_BASE + 0x038)
#define QUEUE_READY REG32(BOARD_UART_BASE + 0x044)
#define QUEUE_NOTIFY REG32(BOARD_UART_BASE + 0x050)
#define INTERRUPT_STATUS REG32(BOARD_UART_BASE + 0x060)
#define INTERRUPT_ACKNOWLEDGE REG32(BOARD_UART_BASE + 0x064)
#define STATUS REG32(BOARD_UART_BASE + 0x070)
/* Two registers each, for an address of 64 bits. */
#define QUEUE_DESCRIPTORS (BOARD_UART_BASE + 0x080)
#define QUEUE_AVAILABLE (BOARD_UART_BASE + 0x090)
#define QUEUE_USED (BOARD_UART_BASE + 0x0a0)

enum {
    VIRTIO_MAGIC = 0x74726976,
    VIRTIO_VERSION = 2,
    CONSOLE_ID = 3,
    STATUS_DRIVER = 3, /* the device has been noticed, and there is a driver for it */
    STATUS_DRIVER_OK = 1 << 2,
    STATUS_FEATURES_OK = 1 << 3,
    STATUS_NEEDS_RESET = 1 << 6,
    FEATURE_MULTIPORT = 1 << 1, /* of bits 0 to 31 */
    FEATURE_VERSION_1 = 1 << 0, /* of bits 32 to 63 */
    INTERRUPT_CONFIGURATION = 1 << 1,
    AVAILABLE_NO_INTERRUPT = 1 << 0,
    DESCRIPTOR_WRITE = 1 << 1,
    CONTROL_PORT_OPEN = 6,
    PORT = 1,
};

/* As the device numbers its queues. */
enum { CONTROL_TO_DEVICE = 3, PORT_FROM_DEVICE = 2 * PORT + 2, PORT_TO_DEVICE = 2 * PORT + 3 };

/* QEMU hands over 4096 bytes at most, and nothing while no buffer is free. */
enum { BUFFERS = 4, BUFFER_SIZE_BYTES = 4096 };

struct descriptor {
    uint64_t address;
    uint32_t size_bytes;
    uint16_t flags;
    uint16_t next;
};

struct used {
    uint32_t descriptor;
    uint32_t size_bytes;
};

/* Each of the three parts is laid out as the standard says. */
struct queue {
    struct descriptor descriptors[BUFFERS] __attribute__((aligned(16)));
    volatile uint16_t used_flags __attribute__((aligned(4)));
    volatile uint16_t used_index;
    volatile struct used used[BUFFERS];
    volatile uint16_t available_flags;
    volatile uint16_t available_index;
    volatile uint16_t available[BUFFERS];
};

/* Global for a test that writes over it. */
struct {
    struct queue control;
    struct queue to_device;
    struct queue from_device;
    bool may_sleep;      /* the device's interrupt ends a sleep */
    uint16_t taken;      /* buffers of from_device that have been taken; wraps */
    uint16_t reading;    /* the descriptor of the one that is being read, */
    const uint8_t *next; /* from here */
    const uint8_t *end;  /* to here */
} virtio_port;

static uint8_t buffers[BUFFERS][BUFFER_SIZE_BYTES];

/* The device sees all that was written before it; what is read behind it is not read earlier. */
static void barrier(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void write_address(uintptr_t base, volatile const void *place)
{
    const uint64_t address = (uintptr_t)place;
    REG32(base) = (uint32_t)address;
    REG32(base + 4) = (uint32_t)(address >> 32);
}

static void queue_open(unsigned number, struct queue *queue)
{
    queue->used_index = 0;
    queue->available_index = 0;
    queue->available_flags = AVAILABLE_NO_INTERRUPT;
    barrier();
    QUEUE_SELECT = number;
    QUEUE_SIZE = BUFFERS;
    write_address(QUEUE_DESCRIPTORS, queue->descriptors);
    write_address(QUEUE_AVAILABLE, &queue->available_flags);
    write_address(QUEUE_USED, &queue->used_flags);
    QUEUE_READY = 1;
}

static void queue_offer(unsigned number, struct queue *queue, unsigned descriptor)
{
    queue->available[queue->available_index % BUFFERS] = (uint16_t)descriptor;
    barrier();
    queue->available_index++;
    barrier();
    QUEUE_NOTIFY = number;
}

static bool queue_is_busy(const struct queue *queue)
{
    barrier();
    return queue->used_index != queue->available_index;
}

/* Until the device has taken all of it; QEMU has written it to the host's pty then. That has been
 * done when it was told of it, unless the pty is full. */
static void queue_send(unsigned number, struct queue *queue, const void *data, size_t size_bytes)
{
    queue->descriptors[0] =
        (struct descriptor){.address = (uintptr_t)data, .size_bytes = (uint32_t)size_bytes};
    queue_offer(number, queue, 0);
    while (queue_is_busy(queue)) {
        if (!virtio_port.may_sleep)
            continue;
        bool on = cpu_interrupts_disable();
        queue->available_flags = 0;
        if (queue_is_busy(queue))
            cpu_wait_for_interrupt();
        queue->available_flags = AVAILABLE_NO_INTERRUPT;
        cpu_interrupts_set(on);
    }
}

/* There is nothing to say it on, but the host tells the name of the function that a silent firmware
 * is in. */
static void __attribute__((noinline, noreturn)) no_virtio_console_at_uart_base(void)
{
    for (;;)
        cpu_wait_for_interrupt();
}

void uart_restart(void)
{
    if (MAGIC != VIRTIO_MAGIC || VERSION != VIRTIO_VERSION || DEVICE_ID != CONSOLE_ID)
        no_virtio_console_at_uart_base();
    STATUS = 0;
    STATUS = STATUS_DRIVER;
    DRIVER_FEATURES_SELECT = 0;
    DRIVER_FEATURES = FEATURE_MULTIPORT;
    DRIVER_FEATURES_SELECT = 1;
    DRIVER_FEATURES = FEATURE_VERSION_1;
    STATUS = STATUS_DRIVER | STATUS_FEATURES_OK;
    queue_open(CONTROL_TO_DEVICE, &virtio_port.control);
    queue_open(PORT_FROM_DEVICE, &virtio_port.from_device);
    queue_open(PORT_TO_DEVICE, &virtio_port.to_device);
    STATUS = STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK;
    virtio_port.may_sleep = false;
}

void uart_driver_init(void)
{
    static const struct {
        uint32_t port;
        uint16_t event;
        uint16_t value;
    } open = {PORT, CONTROL_PORT_OPEN, true};
    uart_restart();
    queue_send(CONTROL_TO_DEVICE, &virtio_port.control, &open, sizeof open);
    uart_driver_receive_interrupt(true);
    /* QEMU looks for what the host has sent when it is told of a buffer. */
    for (unsigned i = 0; i < BUFFERS; ++i) {
        virtio_port.from_device.descriptors[i] =
            (struct descriptor){.address = (uintptr_t)buffers[i],
                                .size_bytes = BUFFER_SIZE_BYTES,
                                .flags = DESCRIPTOR_WRITE};
        queue_offer(PORT_FROM_DEVICE, &virtio_port.from_device, i);
    }
    virtio_port.may_sleep = true;
}

void uart_driver_acknowledge(void)
{
    const uint32_t events = INTERRUPT_STATUS;
    INTERRUPT_ACKNOWLEDGE = events;
    if (!(events & INTERRUPT_CONFIGURATION) || !(STATUS & STATUS_NEEDS_RESET))
        return;
    fatal_begin("abort: something has written over the memory of the serial line's driver");
    fatal_end();
}

/* From the next buffer that the device has filled, if there is one. */
static bool begin_to_read(void)
{
    barrier(); /* the interrupt may have been switched on just now */
    if (virtio_port.from_device.used_index == virtio_port.taken)
        return false;
    barrier();
    const volatile struct used *used = &virtio_port.from_device.used[virtio_port.taken++ % BUFFERS];
    virtio_port.reading = (uint16_t)used->descriptor;
    virtio_port.next = buffers[virtio_port.reading % BUFFERS];
    virtio_port.end = virtio_port.next + used->size_bytes;
    return true;
}

size_t uart_driver_receive(uint8_t *data, size_t capacity_bytes)
{
    size_t size_bytes = 0;
    while (size_bytes < capacity_bytes &&
           (virtio_port.next != virtio_port.end || begin_to_read())) {
        size_t run = (size_t)(virtio_port.end - virtio_port.next);
        if (run > capacity_bytes - size_bytes)
            run = capacity_bytes - size_bytes;
        memcpy(data + size_bytes, virtio_port.next, run);
        size_bytes += run;
        virtio_port.next += run;
        if (virtio_port.next == virtio_port.end)
            queue_offer(PORT_FROM_DEVICE, &virtio_port.from_device, virtio_port.reading);
    }
    return size_bytes;
}

void uart_driver_receive_interrupt(bool on)
{
    virtio_port.from_device.available_flags = on ? 0 : AVAILABLE_NO_INTERRUPT;
}

void uart_driver_send(const uint8_t *data, size_t size_bytes)
{
    if (size_bytes > 0)
        queue_send(PORT_TO_DEVICE, &virtio_port.to_device, data, size_bytes);
}

void uart_driver_drain(void)
{
    /* All has been taken when uart_driver_send returns. */
}
