/* What TVM's C runtime asks of its platform (tvm/runtime/crt/platform.h). */
#include "boot/board_config.h"
#include "boot/fatal.h"
#include "boot/layout.h"
#include "clock/clock.h"
#include "platform/console.h"
#include "platform/heap.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <tvm/runtime/crt/platform.h>

/* Older runtimes do not declare these and do not call them. */
tvm_crt_error_t TVMPlatformInitialize(void);
tvm_crt_error_t TVMPlatformBeforeMeasurement(void);
tvm_crt_error_t TVMPlatformAfterMeasurement(void);

/* Other runtimes than the bundled one don't know these. */
tvm_crt_error_t TVMPlatformMemoryAllocateTemporary(size_t num_bytes, DLDevice dev, void **out_ptr);
tvm_crt_error_t TVMPlatformTimerStopTicks(uint64_t *ticks, uint32_t *ticks_per_second);

/* An application without a runtime has none. */
void __attribute__((weak)) TVMAPISetLastError(const char *msg);

enum { HEAP_TEXT_SIZE = 288 }; /* with all the digits of four sizes */

static bool timing;

tvm_crt_error_t TVMPlatformInitialize(void)
{
    return kTvmErrorNoError; /* start-up has done it all */
}

static const struct {
    tvm_crt_error_t code;
    const char *text;
} reasons[] = {
    {kTvmErrorFunctionRegistryFull, "function registry full"},
    {kTvmErrorPlatformCheckFailure, "check failed; see the log line before"},
    {kTvmErrorPlatformNoMemory, "heap full; raise workspace_size_bytes or take a larger board"},
#ifdef CRT_IS_GIVEN /* the bundled one tells the host of these, and goes on */
    {kTvmErrorFramingInvalidEscape, "damaged bytes from the host: invalid escape"},
    {kTvmErrorFramingPayloadOverflow, "message from the host larger than its frame"},
    {kTvmErrorSessionReceiveBufferShortWrite,
     "message from the host larger than rpc_packet_size_bytes"},
    {kTvmErrorWriteStreamShortWrite, "serial line took too few bytes"},
    {kTvmErrorPlatformTimerBadState, "timer started twice or stopped twice"},
    {kTvmErrorPlatformStackAllocBadFree, "freed memory that was not allocated"},
#endif
};

static const char *reason(tvm_crt_error_t code)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].code == code)
            return reasons[i].text;
    }
    return "see error_codes.h of the C runtime";
}

void TVMPlatformAbort(tvm_crt_error_t code)
{
    fatal_begin("abort: TVM error 0x");
    fatal_digits((uint32_t)code, 2 * sizeof(uint32_t));
    fatal_text(" (");
    fatal_text(reason(code));
    fatal_text(")");
    fatal_caller(__builtin_return_address(0));
    fatal_end();
}

size_t TVMPlatformFormatMessage(char *out_buf, size_t out_buf_size_bytes, const char *fmt,
                                va_list args)
{
    int length = vsnprintf(out_buf, out_buf_size_bytes, fmt, args);
    if (length < 0 || out_buf_size_bytes == 0)
        return 0;
    /* The caller takes this for the number of bytes that stand in out_buf. */
    return (size_t)length < out_buf_size_bytes ? (size_t)length : out_buf_size_bytes - 1;
}

/* Appends both; returns where they end. */
static char *put_size(char *to, const char *text, size_t size_bytes)
{
    char digits[3 * sizeof size_bytes];
    char *first = digits + sizeof digits - 1;
    *first = '\0';
    do
        *--first = (char)('0' + size_bytes % 10);
    while ((size_bytes /= 10) > 0);
    return stpcpy(stpcpy(to, text), first);
}

/* Printed, too: not every caller passes the error on, and TVM's RPC server then loops for ever. */
static tvm_crt_error_t heap_full(size_t num_bytes)
{
    char text[HEAP_TEXT_SIZE];
    struct heap_room room = heap_room();
    uintptr_t heap_end = layout_address(layout_heap_end);
    char *end = put_size(text, "heap full: ", num_bytes);
    end = put_size(end, " bytes asked for, ", room.free_bytes);
    end = put_size(end, " free, ", room.largest_bytes);
    end = put_size(end, " of them in one piece; the heap has ",
                   heap_end - layout_address(layout_heap_start));
    end = stpcpy(end, " bytes, ");
    (void)stpcpy(end, heap_end < layout_address(layout_heap_memory_end)
                          ? "which is what option workspace_size_bytes says: leave it out, or "
                            "raise it"
                          : "all of the RAM that is left, which option workspace_size_bytes "
                            "can't raise: take a larger board");
    console_line(text);
    if (TVMAPISetLastError)
        TVMAPISetLastError(text);
    return kTvmErrorPlatformNoMemory;
}

tvm_crt_error_t TVMPlatformMemoryAllocate(size_t num_bytes, DLDevice dev, void **out_ptr)
{
    (void)dev;
    void *address = heap_allocate(num_bytes);
    if (!address)
        return heap_full(num_bytes);
    *out_ptr = address;
    return kTvmErrorNoError;
}

tvm_crt_error_t TVMPlatformMemoryAllocateTemporary(size_t num_bytes, DLDevice dev, void **out_ptr)
{
    (void)dev;
    void *address = heap_allocate_high(num_bytes);
    if (!address)
        return heap_full(num_bytes);
    *out_ptr = address;
    return kTvmErrorNoError;
}

tvm_crt_error_t TVMPlatformMemoryFree(void *ptr, DLDevice dev)
{
    (void)dev;
    return heap_free(ptr) ? kTvmErrorNoError : kTvmErrorPlatformStackAllocBadFree;
}

tvm_crt_error_t TVMPlatformTimerStart(void)
{
    if (timing)
        return kTvmErrorPlatformTimerBadState;
    timing = true;
    clock_start();
    return kTvmErrorNoError;
}

tvm_crt_error_t TVMPlatformTimerStopTicks(uint64_t *ticks, uint32_t *ticks_per_second)
{
    if (!timing)
        return kTvmErrorPlatformTimerBadState;
    uint64_t elapsed = clock_ticks();
    clock_stop();
    timing = false;
    /* What takes less than a tick did take time: 0 would be the best of all schedules. */
    *ticks = elapsed > 0 ? elapsed : 1;
    *ticks_per_second = BOARD_TIMER_CLOCK_HZ;
    return kTvmErrorNoError;
}

tvm_crt_error_t TVMPlatformTimerStop(double *elapsed_time_seconds)
{
    uint64_t ticks;
    uint32_t ticks_per_second;
    tvm_crt_error_t error = TVMPlatformTimerStopTicks(&ticks, &ticks_per_second);
    if (error == kTvmErrorNoError)
        *elapsed_time_seconds = (double)ticks / ticks_per_second;
    return error;
}

tvm_crt_error_t TVMPlatformBeforeMeasurement(void)
{
    return kTvmErrorNoError;
}

tvm_crt_error_t TVMPlatformAfterMeasurement(void)
{
    return kTvmErrorNoError;
}

/* For session nonces and random tensors; no cryptography. Every call mixes in the timer, which
 * differs from boot to boot (but not when QEMU counts instructions: runs are then the same). */
tvm_crt_error_t TVMPlatformGenerateRandom(uint8_t *buffer, size_t num_bytes)
{
    static uint32_t state = 0x9e3779b9;
    state ^= clock_sample() * 0x85ebca6bU;
    if (state == 0)
        state = 1; /* xorshift never leaves 0 */
    for (size_t i = 0; i < num_bytes; ++i) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        buffer[i] = (uint8_t)(state >> 24);
    }
    return kTvmErrorNoError;
}
