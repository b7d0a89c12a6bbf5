#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/tensor.h>
#include <tvm/runtime/crt/internal/memory/memory_map.h>
#include <tvm/runtime/crt/internal/rpc_server/client_memory.h>

int rpc_refuse_linked(size_t size_bytes, const void *data, const char *what, const char *or_what)
{
    return crt_error(kTvmErrorFunctionCallInvalidArg,
                     "%lu bytes at %p: %s is linked into the firmware and cannot be changed%s "
                     "(project option link_parameters)",
                     (unsigned long)size_bytes, data, what, or_what);
}

int rpc_check_memory(const DLTensor *tensor, size_t size_bytes)
{
    size_t offset_bytes = rpc_size(tensor->byte_offset);
    const struct memory_region *region = memory_map_find(tensor->data);
    if (tensor->device.device_type != kDLCPU)
        return crt_wrong_device(kTvmErrorFunctionCallInvalidArg, tensor->device.device_type);
    if (memory_map_holding(tensor->data, offset_bytes, size_bytes))
        return 0;
    if (region && region->owner == MEMORY_OF_MODULE)
        return rpc_refuse_linked(size_bytes, tensor->data, "a constant that", " or fetched");
    return crt_error(kTvmErrorFunctionCallInvalidArg,
                     "%lu bytes at %p + %lu: not inside memory that this session allocated",
                     (unsigned long)size_bytes, tensor->data, (unsigned long)offset_bytes);
}

int rpc_check_tensor(const DLTensor *tensor)
{
    const struct memory_region *region = memory_map_find(tensor->data);
    size_t size_bytes = 0;
    int status = tensor_need_size_bytes(tensor, &size_bytes);
    if (status != 0)
        return status;
    /* Constants of generated code, which it handed out by address. */
    if (region && region->owner == MEMORY_OF_MODULE)
        return 0;
    return rpc_check_memory(tensor, size_bytes);
}
