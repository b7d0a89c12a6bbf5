/* What TVM's C runtime asks of its platform (tvm/runtime/crt/platform.h). */
#include "boot/board_config.h"
#include "boot/fatal.h"
#include "boot/layout.h"
#include "platform/clock.h"
#include "platform/heap.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <tvm/runtime/crt/platform.h>

/* Older runtimes do not declare these and do not call them. */
tvm_crt_error_t TVMPlatformInitialize(void);
tvm_crt_error_t TVMPlatformBeforeMeasurement(void);
tvm_crt_error_t TVMPlatformAfterMeasurement(void);

/* Other runtimes than the bundled one don't know this. */
tvm_crt_error_t TVMPlatformMemoryAllocateTemporary(size_t num_bytes, DLDevice dev, void **out_ptr);

/* An application without a runtime has none. */
void __attribute__((weak)) TVMAPISetLastError(const char *msg);

enum { HEAP_TEXT_SIZE = 256 };

static bool timing;

tvm_crt_error_t TVMPlatformInitialize(void)
{
    return kTvmErrorNoError; /* start-up has done it all */
}

static const char *reason(tvm_crt_error_t code)
{
    switch ((int)code) {
    case kTvmErrorFunctionRegistryFull:
        return "function registry full";
    case kTvmErrorFramingInvalidEscape:
        return "damaged bytes from the host: invalid escape";
    case kTvmErrorFramingPayloadOverflow:
        return "message from the host larger than its frame";
    case kTvmErrorSessionReceiveBufferShortWrite:
        return "message from the host larger than rpc_packet_size_bytes";
    case kTvmErrorWriteStreamShortWrite:
        return "serial line took too few bytes";
    case kTvmErrorPlatformCheckFailure:
        return "check failed; see the log line before";
    case kTvmErrorPlatformNoMemory:
        return "heap full; raise workspace_size_bytes or take a larger board";
    case kTvmErrorPlatformTimerBadState:
        return "timer started twice or stopped twice";
    case kTvmErrorPlatformStackAllocBadFree:
        return "freed memory that was not allocated";
    default:
        return "see error_codes.h of the C runtime";
    }
}

void TVMPlatformAbort(tvm_crt_error_t code)
{
    fatal_begin("abort: TVM error");
    char text[] = " 0x00000000 (";
    for (unsigned digit = 0; digit < 8; ++digit)
        text[3 + digit] = "0123456789abcdef"[((uint32_t)code >> (28 - 4 * digit)) & 15];
    fatal_text(text);
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

/* Printed, too: not every caller passes the error on, and TVM's RPC server then loops for ever. */
static tvm_crt_error_t heap_full(size_t num_bytes)
{
    char text[HEAP_TEXT_SIZE];
    struct heap_room room = heap_room();
    uintptr_t heap_end = layout_address(layout_heap_end);
    unsigned long heap_bytes = heap_end - layout_address(layout_heap_start);
    const char *reason = heap_end < layout_address(layout_ram_end)
                             ? "which is what option workspace_size_bytes says: leave it out, or "
                               "raise it"
                             : "all of the RAM that is left, which option workspace_size_bytes "
                               "can't raise: take a larger board";
    (void)snprintf(text, sizeof text,
                   "heap full: %lu bytes asked for, %lu free, %lu of them in one piece; the heap "
                   "has %lu bytes, %s",
                   (unsigned long)num_bytes, (unsigned long)room.free_bytes,
                   (unsigned long)room.largest_bytes, heap_bytes, reason);
    puts(text);
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

tvm_crt_error_t TVMPlatformTimerStop(double *elapsed_time_seconds)
{
    if (!timing)
        return kTvmErrorPlatformTimerBadState;
    uint64_t ticks = clock_ticks();
    clock_stop();
    timing = false;
    /* What takes less than a tick did take time: 0 would be the best of all schedules. */
    *elapsed_time_seconds = (double)(ticks > 0 ? ticks : 1) / BOARD_TIMER_CLOCK_HZ;
    return kTvmErrorNoError;
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
