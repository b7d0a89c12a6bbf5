/* What picolibc leaves to the platform: console, memory, and the end of the program. */
#include "boot/fatal.h"
#include "platform/heap.h"
#include "uart/uart.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* printf goes out as text between frames, a line at a time. */
static int console_put(char character, FILE *file)
{
    static uint8_t line[128];
    static size_t length;
    (void)file;
    /* 0xff would begin a control sequence of the frame protocol. */
    line[length++] = (uint8_t)character == 0xff ? '?' : (uint8_t)character;
    if (character == '\n' || length == sizeof line) {
        uart_write(line, length);
        length = 0;
    }
    return (unsigned char)character;
}

static int console_get(FILE *file)
{
    uint8_t byte;
    (void)file;
    return uart_read(&byte, 1) == 1 ? byte : EOF;
}

/* NOLINTNEXTLINE(misc-non-copyable-objects): picolibc has its users define it */
static FILE console = FDEV_SETUP_STREAM(console_put, console_get, NULL, _FDEV_SETUP_RW);

FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &console;

void *malloc(size_t size_bytes)
{
    return heap_allocate(size_bytes);
}

void free(void *address)
{
    if (!address || heap_free(address))
        return;
    fatal_begin("abort: free of memory that was not allocated:");
    fatal_address("address", (uintptr_t)address);
    fatal_end();
}

void *calloc(size_t count, size_t size_bytes)
{
    size_t total_bytes;
    if (__builtin_mul_overflow(count, size_bytes, &total_bytes))
        return NULL;
    void *address = heap_allocate(total_bytes);
    return address ? memset(address, 0, total_bytes) : NULL;
}

void *realloc(void *address, size_t size_bytes)
{
    size_t old_bytes = address ? heap_size_bytes(address) : 0;
    if (old_bytes >= size_bytes && address)
        return address;
    void *larger = heap_allocate(size_bytes);
    if (larger && address) {
        memcpy(larger, address, old_bytes);
        free(address);
    }
    return larger;
}

void abort(void)
{
    fatal_begin("abort: abort() was called");
    fatal_caller(__builtin_return_address(0));
    fatal_end();
}

void _exit(int status)
{
    fatal_begin("exit:");
    fatal_hex("status", (uint32_t)status);
    fatal_end();
}
