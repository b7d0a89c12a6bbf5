/* Firmware for test_guest: does what single bytes from the host tell it to. */
#include "boot/board_config.h"
#include "boot/layout.h"
#include "boot/regions.h"
#include "clock/clock.h"
#include "heaps.h"
#include "intervals.h"
#include "platform/heap.h"
#include "uart/uart.h"
#include "units.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/platform.h>
#include <unistd.h>

static volatile uint32_t sink;

static uint8_t get(void)
{
    uint8_t byte;
    uart_read(&byte, 1);
    return byte;
}

static void put(uint8_t byte)
{
    uart_write(&byte, 1);
}

static uint32_t get_u32(void)
{
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 32; shift += 8)
        value |= (uint32_t)get() << shift;
    return value;
}

static uintptr_t get_address(void)
{
    uint64_t address = get_u32();
    return (uintptr_t)(address | (uint64_t)get_u32() << 32);
}

/* Can each memory that can be written to be, from its first byte to its last? Who finds his words
 * changed there has them back at once. */
static void try_memories(void)
{
    uint8_t wrong = 0;
    for (unsigned i = 0; i < MEMORY_REGIONS_COUNT; i++) {
        const struct memory_region *region = &memory_regions[i];
        for (unsigned end = 0; end < 2; end++) {
            volatile uint8_t *byte =
                (volatile uint8_t *)region->start + (end ? region->size_bytes - 1 : 0);
            uint8_t kept = *byte;
            *byte = (uint8_t)~kept;
            wrong += region->is_writable && (*byte ^ kept) != 0xff;
            *byte = kept;
            wrong += *byte != kept;
        }
    }
    sink = *(volatile uint8_t *)(layout_flash_start + layout_address(layout_flash_size) - 1);
    put(wrong);
}

/* Every byte comes back, in as large pieces as it came. */
static void echo(void)
{
    static uint8_t buffer[512];
    uint32_t left = get_u32();
    while (left > 0) {
        size_t size_bytes = uart_read(buffer, left < sizeof buffer ? left : sizeof buffer);
        uart_write(buffer, size_bytes);
        left -= (uint32_t)size_bytes;
    }
}

/* Leaves the receiver alone for 200 ms while the host sends, so that everything on the way fills
 * up; then answers with a sum in which the order of the bytes counts. */
static void sum_late(void)
{
    uint32_t left = get_u32();
    put('.');
    clock_start();
    while (clock_ticks() < BOARD_TIMER_CLOCK_HZ / 5)
        ;
    clock_stop();
    uint32_t sum = 0;
    for (; left > 0; --left)
        sum = sum * 31 + get();
    uart_write((const uint8_t *)&sum, sizeof sum);
}

static void report_elapsed(void)
{
    double seconds = 0;
    uint64_t elapsed_us = UINT64_MAX;
    if (TVMPlatformTimerStop(&seconds) == kTvmErrorNoError)
        elapsed_us = (uint64_t)(seconds * 1e6);
    uart_write((const uint8_t *)&elapsed_us, sizeof elapsed_us);
}

/* Host's order: how much work. Nothing waits for the host meanwhile. */
static void report_work(void)
{
    uint32_t turns = get_u32();
    (void)TVMPlatformTimerStart();
    work(turns);
    report_elapsed();
}

/* Host's orders: how often, and how much work each time. */
static void report_intervals(void)
{
    static uint32_t intervals_ns[INTERVALS_MAX];
    uint32_t count = get_u32();
    uint32_t turns = get_u32();
    if (count > INTERVALS_MAX)
        count = INTERVALS_MAX;
    time_work(count, turns, intervals_ns);
    uart_write((const uint8_t *)intervals_ns, count * sizeof intervals_ns[0]);
}

#ifdef __arm__
enum { THUMB = 1 }; /* in an address that is called */
#else
enum { THUMB = 0 };
#endif

static void answer_fill(void)
{
    uint64_t ticks = 0;
    uint32_t count = heap_fill(get_u32(), &ticks);
    uart_write((const uint8_t *)&count, sizeof count);
    uart_write((const uint8_t *)&ticks, sizeof ticks);
}

static void overrun_heap(void)
{
    DLDevice cpu = {kDLCPU, 0};
    void *memory = NULL;
    void *behind = NULL;
    if (TVMPlatformMemoryAllocate(16, cpu, &memory) != kTvmErrorNoError ||
        TVMPlatformMemoryAllocate(16, cpu, &behind) != kTvmErrorNoError)
        return;
    memset(memory, 0x55, 48);
    TVMPlatformMemoryFree(behind, cpu);
}

static uint32_t recurse(uint32_t depth)
{
    volatile uint32_t frame[16];
    for (unsigned i = 0; i < 16; ++i)
        frame[i] = depth;
    sink = depth;
    return depth == UINT32_MAX ? 0 : recurse(depth + 1) + frame[depth % 16];
}

static void __attribute__((noinline)) large_frame(void)
{
    volatile uint8_t frame[80 * 1024];
    frame[0] = 1;
    sink = frame[0];
}

static void __attribute__((noinline)) jump(void (*volatile target)(void))
{
    target();
    sink = 1;
}

/* The compiler makes a jump of that call, which leaves nothing of this function behind. */
static void __attribute__((noinline)) jump_at_the_end(void (*target)(void))
{
    __asm__("" : "+r"(target));
    target();
}

/* Of a driver that has more in memory than sending can do without (uart/uart_virtio_console.c). */
extern uint8_t virtio_port[] __attribute__((weak));

static void __attribute__((noinline)) write_over_driver(void)
{
    enum { SIZE_BYTES = 256 };
    if (virtio_port)
        memset(virtio_port, 0x5a, SIZE_BYTES);
}

static void fail(uint8_t how)
{
    volatile uint32_t *address = NULL;
    void *no_block = (void *)&sink;
    switch (how) {
    case 'w':                        /* write through a null pointer */
        __asm__("" : "+r"(address)); /* or the compiler turns it into a trap of its own */
        *address = 1;
        break;
    case 'c': /* write over code */
        *(volatile uint32_t *)layout_text_start = 0;
        break;
    case 'o':
        sink = recurse(0);
        break;
    case 'O':
        large_frame();
        break;
    case 'r': /* read a member of a structure that a null pointer points to */
        __asm__("" : "+r"(address));
        sink = address[5];
        break;
    case 'y': /* read where the host says */
        sink = *(volatile uint8_t *)get_address();
        break;
    case 'j':
        jump(NULL);
        break;
    case 'J':
        jump((void (*)(void))((uintptr_t)&sink | THUMB));
        break;
    case 'k':
        jump_at_the_end(NULL);
        break;
    case 'i':
        __builtin_trap();
        break;
    case 'z': /* with the driver's memory as it is not to be */
        write_over_driver();
        __builtin_trap();
        break;
    case 'Z': /* and nobody knows yet */
        write_over_driver();
        put('.');
        break;
    case 'a':
        TVMPlatformAbort(kTvmErrorPlatformNoMemory);
        break;
    case 'A':
        abort();
        break;
    case 'd':
        overrun_heap();
        break;
    case 'v':
        assert(sink == 42);
        break;
    case 'f':
        __asm__("" : "+r"(no_block)); /* or the compiler warns of it */
        free(no_block);
        break;
    case 'X':
        printf("before");
        _exit(INT32_MIN);
    default:
        exit(3);
    }
}

int main(void)
{
    put('R');
    for (;;) {
        uint8_t command = get();
        if (command == 'e')
            echo();
        else if (command == 's')
            sum_late();
        else if (command == 't')
            put(TVMPlatformTimerStart() == kTvmErrorNoError ? '+' : '-');
        else if (command == 'T')
            report_elapsed();
        else if (command == 'Q')
            report_work();
        else if (command == 'q')
            report_intervals();
        else if (command == 'l') {
            work(get_u32());
            put('.');
        } else if (command == 'h')
            printf("step=%u\n", (unsigned)heap_check());
        else if (command == 'n')
            answer_fill();
        else if (command == 'p')
            printf("text %d \xff.\n", 42);
        else if (command == 'U')
            put(units_check());
        else if (command == 'g')
            try_memories();
        else if (command == 'm')
            return 7;
        else
            fail(command);
    }
}
