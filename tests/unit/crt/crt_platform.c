#include "unit/crt/crt_platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct crt_platform crt_platform;

void TVMPlatformAbort(tvm_crt_error_t code)
{
    (void)fprintf(stderr, "TVMPlatformAbort(0x%x): %s\n", (unsigned)code, TVMGetLastError());
    abort();
}

size_t TVMPlatformFormatMessage(char *out_buf, size_t out_buf_size_bytes, const char *fmt,
                                va_list args)
{
    int length = vsnprintf(out_buf, out_buf_size_bytes, fmt, args);
    return (size_t)length < out_buf_size_bytes ? (size_t)length : out_buf_size_bytes - 1;
}

tvm_crt_error_t TVMPlatformMemoryAllocate(size_t num_bytes, DLDevice dev, void **out_ptr)
{
    enum { HEAP_SIZE_BYTES = 1 << 20 };
    if (dev.device_type != kDLCPU || num_bytes > HEAP_SIZE_BYTES)
        return kTvmErrorPlatformNoMemory;
    if (crt_platform.fail_allocation > 0 && --crt_platform.fail_allocation == 0) {
        if (crt_platform.heap_text)
            TVMAPISetLastError(crt_platform.heap_text);
        return kTvmErrorPlatformNoMemory;
    }
    void *memory = malloc(num_bytes);
    if (!memory)
        return kTvmErrorPlatformNoMemory;
    memset(memory, 0xa5, num_bytes); /* what nobody should rely on */
    crt_platform.live_allocations++;
    *out_ptr = memory;
    return kTvmErrorNoError;
}

tvm_crt_error_t TVMPlatformMemoryFree(void *ptr, DLDevice dev)
{
    if (dev.device_type != kDLCPU)
        return kTvmErrorPlatformCheckFailure;
    crt_platform.live_allocations--;
    free(ptr);
    return kTvmErrorNoError;
}

tvm_crt_error_t TVMPlatformTimerStart(void)
{
    if (crt_platform.fail_timer_start > 0 && --crt_platform.fail_timer_start == 0)
        return kTvmErrorPlatformTimerBadState;
    if (crt_platform.timer_runs++ != 0)
        return kTvmErrorPlatformTimerBadState;
    crt_platform.started_at = crt_platform.seconds;
    return kTvmErrorNoError;
}

tvm_crt_error_t TVMPlatformTimerStop(double *elapsed_time_seconds)
{
    if (--crt_platform.timer_runs != 0)
        return kTvmErrorPlatformTimerBadState;
    crt_platform.seconds += crt_platform.seconds_per_read;
    *elapsed_time_seconds = crt_platform.seconds - crt_platform.started_at;
    return kTvmErrorNoError;
}

tvm_crt_error_t TVMPlatformBeforeMeasurement(void)
{
    crt_platform.measurements++;
    return kTvmErrorNoError;
}

tvm_crt_error_t TVMPlatformAfterMeasurement(void)
{
    crt_platform.measurements--;
    return kTvmErrorNoError;
}

tvm_crt_error_t TVMPlatformGenerateRandom(uint8_t *buffer, size_t num_bytes)
{
    for (size_t i = 0; i < num_bytes; i++)
        buffer[i] = (uint8_t)(i * 37 + 11);
    return kTvmErrorNoError;
}
