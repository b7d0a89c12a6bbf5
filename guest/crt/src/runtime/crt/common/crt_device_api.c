/* Device memory as clients see it: the platform's heap, noted in the memory map. */
#include <string.h>
#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/crt_device_api.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/tensor.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>
#include <tvm/runtime/crt/internal/memory/memory_map.h>

int TVMDeviceAllocDataSpace(DLDevice dev, size_t nbytes, size_t alignment, DLDataType type_hint,
                            void **out_data)
{
    (void)type_hint;
    if (dev.device_type != kDLCPU)
        return crt_wrong_device(kTvmErrorFunctionCallInvalidArg, dev.device_type);
    size_t padding = alignment > 1 ? (alignment - nbytes % alignment) % alignment : 0;
    if (nbytes > SIZE_MAX - padding)
        return crt_no_memory((unsigned long)nbytes, "device data");
    void *memory = NULL;
    int status = crt_allocate_temporary(nbytes + padding, "device data", &memory);
    if (status != 0)
        return status;
    status = memory_map_add(memory, nbytes + padding, NULL, MEMORY_OF_CLIENT);
    if (status != 0) {
        crt_free(memory);
        return status;
    }
    *out_data = memory;
    return 0;
}

int tensor_allocate_data(const DLTensor *tensor, const char *mem_scope, void **ret_data)
{
    enum { ALIGNMENT_BYTES = 64 }; /* TVM's, for all devices */
    size_t size_bytes = 0;
    if (mem_scope && *mem_scope && strcmp(mem_scope, "global") != 0)
        return crt_error(kTvmErrorFunctionCallInvalidArg,
                         "memory scope \"%s\": a board has only \"global\"", mem_scope);
    int status = tensor_need_size_bytes(tensor, &size_bytes);
    if (status != 0)
        return status;
    return TVMDeviceAllocDataSpace(tensor->device, size_bytes, ALIGNMENT_BYTES, tensor->dtype,
                                   ret_data);
}

int TVMDeviceAllocDataSpaceWithScope(DLDevice dev, int ndim, const int64_t *shape, DLDataType dtype,
                                     const char *mem_scope, void **out_data)
{
    DLTensor tensor = {.device = dev, .ndim = ndim, .dtype = dtype, .shape = (int64_t *)shape};
    return tensor_allocate_data(&tensor, mem_scope, out_data);
}

int TVMDeviceFreeDataSpace(DLDevice dev, void *ptr)
{
    if (dev.device_type != kDLCPU)
        return crt_wrong_device(kTvmErrorFunctionCallInvalidArg, dev.device_type);
    const struct memory_region *region = memory_map_find(ptr);
    if (!region || region->owner != MEMORY_OF_CLIENT)
        return crt_error(kTvmErrorFunctionCallInvalidArg, "free of %p, which was not allocated",
                         ptr);
    memory_map_remove(ptr);
    crt_free(ptr);
    return 0;
}

static bool is_compact(const DLTensor *tensor)
{
    if (!tensor->strides)
        return true;
    int64_t expected = 1;
    for (int32_t i = tensor->ndim - 1; i >= 0; i--) {
        if (tensor->strides[i] != expected)
            return false;
        expected *= tensor->shape[i];
    }
    return true;
}

int TVMDeviceCopyDataFromTo(DLTensor *from, DLTensor *to, TVMStreamHandle stream)
{
    (void)stream;
    size_t from_size;
    size_t to_size;
    if (!is_compact(from) || !is_compact(to))
        return crt_error(kTvmErrorFunctionCallInvalidArg, "copy of a tensor that is not compact");
    if (!tensor_size_bytes(from, &from_size) || !tensor_size_bytes(to, &to_size) ||
        from_size != to_size)
        return crt_error(kTvmErrorFunctionCallInvalidArg, "copy between tensors of other sizes");
    memmove((uint8_t *)to->data + to->byte_offset, (uint8_t *)from->data + from->byte_offset,
            from_size);
    return 0;
}

int TVMStreamCreate(int device_type, int device_id, TVMStreamHandle *out)
{
    (void)device_type;
    (void)device_id;
    *out = NULL;
    return 0;
}

/* Work on a CPU is done when the call returns: nothing to free, choose or wait for. */
#define STREAM_CALL(name)                                                                          \
    int name(int device_type, int device_id, TVMStreamHandle stream)                               \
    {                                                                                              \
        (void)device_type;                                                                         \
        (void)device_id;                                                                           \
        (void)stream;                                                                              \
        return 0;                                                                                  \
    }

STREAM_CALL(TVMStreamFree)
STREAM_CALL(TVMSetStream)
STREAM_CALL(TVMSynchronize)

int TVMObjectFree(TVMObjectHandle obj)
{
    (void)obj;
    return 0;
}
