/* What compiled C++ calls when no C++ library stands behind it.
 *
 * TVM's RPC server allocates a handful of small objects when it starts and, in a running firmware,
 * never frees them. Their memory comes from the platform's heap like everything else; a heap that
 * is exhausted that early ends the firmware with a message, because `new` has no way to say no
 * without exceptions. */
#include <stddef.h>
#include <stdint.h>
#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/error_codes.h>

/* Declared here and not taken from <tvm/runtime/crt/platform.h>, whose path and contents differ
 * between TVM 0.8 and 0.18; these three did not change. */
extern "C" {
tvm_crt_error_t TVMPlatformMemoryAllocate(size_t size_bytes, DLDevice device, void **out_memory);
tvm_crt_error_t TVMPlatformMemoryFree(void *memory, DLDevice device);
void TVMPlatformAbort(tvm_crt_error_t code);

/* The slot of a pure virtual function: reached only when a constructor or destructor calls one. */
void __cxa_pure_virtual(void)
{
    TVMPlatformAbort(kTvmErrorPlatformCheckFailure);
}

/* Destructors of statics: a firmware has no exit. */
int __cxa_atexit(void (*)(void *), void *, void *)
{
    return 0;
}
void *__dso_handle = nullptr;
}

void *operator new(size_t size_bytes)
{
    void *memory = nullptr;
    DLDevice cpu = {kDLCPU, 0};
    tvm_crt_error_t error = TVMPlatformMemoryAllocate(size_bytes, cpu, &memory);
    if (error != kTvmErrorNoError)
        TVMPlatformAbort(error);
    return memory;
}

void operator delete(void *memory) noexcept
{
    DLDevice cpu = {kDLCPU, 0};
    if (memory)
        TVMPlatformMemoryFree(memory, cpu);
}

void operator delete(void *memory, size_t) noexcept
{
    operator delete(memory);
}
