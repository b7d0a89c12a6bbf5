/* What the runtime needs from the board. The platform code of a project defines these. */
#ifndef TVM_RUNTIME_CRT_PLATFORM_H_
#define TVM_RUNTIME_CRT_PLATFORM_H_

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/error_codes.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Nothing can go on: say why, as far as that is possible, and stop. */
void __attribute__((noreturn)) TVMPlatformAbort(tvm_crt_error_t code);

/* As vsnprintf, but never returns more than out_buf_size_bytes - 1. */
size_t TVMPlatformFormatMessage(char *out_buf, size_t out_buf_size_bytes, const char *fmt,
                                va_list args);

/* The heap. *out_ptr is untouched on failure (kTvmErrorPlatformNoMemory), of which
 * TVMAPISetLastError may say more: the runtime adds what the memory was for. dev is {kDLCPU, 0}. */
tvm_crt_error_t TVMPlatformMemoryAllocate(size_t num_bytes, DLDevice dev, void **out_ptr);
/* The same for memory that is given back before that which is allocated after it: taken from the
 * heap's other end, it leaves no hole. Defining it is optional. */
tvm_crt_error_t TVMPlatformMemoryAllocateTemporary(size_t num_bytes, DLDevice dev, void **out_ptr);
tvm_crt_error_t TVMPlatformMemoryFree(void *ptr, DLDevice dev);

/* One stopwatch. kTvmErrorPlatformTimerBadState: started twice, or stopped without a start. */
tvm_crt_error_t TVMPlatformTimerStart(void);
tvm_crt_error_t TVMPlatformTimerStop(double *elapsed_time_seconds);
/* The same without floating point. Defining it is optional. */
tvm_crt_error_t TVMPlatformTimerStopTicks(uint64_t *ticks, uint32_t *ticks_per_second);

/* Called around each timed run of the time evaluator; defining them is optional. */
tvm_crt_error_t TVMPlatformBeforeMeasurement(void);
tvm_crt_error_t TVMPlatformAfterMeasurement(void);

/* Different after each boot: the session's nonce comes from here. Defining it is optional; without
 * it there is no RPC session and no random_fill. */
tvm_crt_error_t TVMPlatformGenerateRandom(uint8_t *buffer, size_t num_bytes);

/* Set up what the functions above need; the application calls it first. */
tvm_crt_error_t TVMPlatformInitialize(void);

#ifdef __cplusplus
}
#endif

#endif // TVM_RUNTIME_CRT_PLATFORM_H_
