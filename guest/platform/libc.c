/* What picolibc leaves to the platform: console, memory, and the end of the program. */
#include "boot/fatal.h"
#include "platform/console.h"
#include "platform/heap.h"
#include "uart/uart.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t line[128];
static size_t line_length;

static void console_flush(void)
{
    uart_write(line, line_length);
    line_length = 0;
}

void console_line(const char *text)
{
    console_flush();
    uart_write((const uint8_t *)text, strlen(text));
    uart_write((const uint8_t *)"\n", 1);
}

/* printf goes out as text between frames, a line at a time. */
static int console_put(char character, FILE *file)
{
    (void)file;
    /* 0xff would begin a control sequence of the frame protocol. */
    line[line_length++] = (uint8_t)character == 0xff ? '?' : (uint8_t)character;
    if (character == '\n' || line_length == sizeof line)
        console_flush();
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

/* Not inlined: __builtin_return_address of free is its caller then. */
static void __attribute__((noreturn, noinline))
bad_free(const void *address, const void *return_address)
{
    fatal_begin("abort: free of memory that was not allocated:");
    fatal_address("address", (uintptr_t)address);
    fatal_caller(return_address);
    fatal_end();
}

void free(void *address)
{
    if (address && !heap_free(address))
        bad_free(address, __builtin_return_address(0));
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

/* ---- the end of the program: the calls that the C library would end in one place ---- */

/* What this library's headers may declare, and what the C library would bring. */
void _Exit(int status) __attribute__((noreturn));
void __assert(const char *expression, const char *file, int line_number) __attribute__((noreturn));
void __assert_func(const char *file, int line_number, const char *function, const char *expression)
    __attribute__((noreturn));
void __assert_no_args(void) __attribute__((noreturn));

static void __attribute__((noreturn))
called(const char *function, int status, const void *return_address)
{
    console_flush();
    fatal_begin("exit: the model called ");
    fatal_text(function);
    fatal_text("(");
    fatal_decimal(status);
    fatal_text(")");
    fatal_caller(return_address);
    fatal_end();
}

/* No application of ours calls these. */
void exit(int status)
{
    called("exit", status, __builtin_return_address(0));
}

void _Exit(int status)
{
    called("_Exit", status, __builtin_return_address(0));
}

void _exit(int status)
{
    called("_exit", status, __builtin_return_address(0));
}

void abort(void)
{
    console_flush();
    fatal_begin("abort: abort() was called");
    fatal_caller(__builtin_return_address(0));
    fatal_end();
}

/* The texts come last: they may be longer than a line that a host keeps. */
static void __attribute__((noreturn))
failed(const char *expression, const char *file, int line_number, const void *return_address)
{
    console_flush();
    fatal_begin("abort: an assertion failed");
    fatal_caller(return_address);
    if (expression) {
        fatal_text(": ");
        fatal_text(expression);
        fatal_text(", ");
        fatal_text(file);
        fatal_text(":");
        fatal_decimal(line_number);
    }
    fatal_end();
}

void __assert_func(const char *file, int line_number, const char *function, const char *expression)
{
    (void)function;
    failed(expression, file, line_number, __builtin_return_address(0));
}

void __assert(const char *expression, const char *file, int line_number)
{
    failed(expression, file, line_number, __builtin_return_address(0));
}

void __assert_no_args(void)
{
    failed(NULL, NULL, 0, __builtin_return_address(0));
}
