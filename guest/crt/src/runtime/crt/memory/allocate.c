#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>
#include <tvm/runtime/crt/platform.h>

/* For a platform with one way to allocate. */
TVM_WEAK tvm_crt_error_t TVMPlatformMemoryAllocateTemporary(size_t num_bytes, DLDevice dev,
                                                            void **out_ptr)
{
    return TVMPlatformMemoryAllocate(num_bytes, dev, out_ptr);
}

typedef tvm_crt_error_t (*allocate_fn)(size_t num_bytes, DLDevice dev, void **out_ptr);

static int allocate_by(allocate_fn allocate, size_t size_bytes, const char *what, void **ret_memory)
{
    void *memory;
    /* Not every heap gives out blocks of no bytes. */
    size_t wanted = size_bytes > 0 ? size_bytes : 1;
    TVMAPISetLastError("");
    if (allocate(wanted, cpu_device, &memory) != kTvmErrorNoError)
        return crt_heap_full((unsigned long)size_bytes, what);
    memset(memory, 0, size_bytes);
    *ret_memory = memory;
    return 0;
}

int crt_allocate(size_t size_bytes, const char *what, void **ret_memory)
{
    return allocate_by(TVMPlatformMemoryAllocate, size_bytes, what, ret_memory);
}

int crt_allocate_temporary(size_t size_bytes, const char *what, void **ret_memory)
{
    return allocate_by(TVMPlatformMemoryAllocateTemporary, size_bytes, what, ret_memory);
}

void crt_free(void *memory)
{
    if (memory)
        (void)TVMPlatformMemoryFree(memory, cpu_device);
}
