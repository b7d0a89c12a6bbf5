#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/tensor.h>
#include <tvm/runtime/crt/platform.h>

bool tensor_size_bytes(const DLTensor *tensor, size_t *ret_size_bytes)
{
    size_t size_bytes = ((size_t)tensor->dtype.bits * tensor->dtype.lanes + 7) / 8;
    if (tensor->ndim < 0)
        return false;
    for (int32_t i = 0; i < tensor->ndim; i++) {
        int64_t extent = tensor->shape[i];
        if (extent < 0 || (uint64_t)extent > SIZE_MAX ||
            __builtin_mul_overflow(size_bytes, (size_t)extent, &size_bytes))
            return false;
    }
    *ret_size_bytes = size_bytes;
    return true;
}

int tensor_need_size_bytes(const DLTensor *tensor, size_t *ret_size_bytes)
{
    if (tensor_size_bytes(tensor, ret_size_bytes))
        return 0;
    return crt_error(kTvmErrorFunctionCallInvalidArg, "tensor whose shape has no size");
}

/* For a platform that does without.
 * NOLINTNEXTLINE(readability-non-const-parameter): others fill the buffer */
TVM_WEAK tvm_crt_error_t TVMPlatformGenerateRandom(uint8_t *buffer, size_t num_bytes)
{
    (void)buffer;
    (void)num_bytes;
    return (tvm_crt_error_t)crt_error(kTvmErrorFunctionCallNotImplemented,
                                      "this platform has no random numbers");
}

int tensor_fill_randomly(const DLTensor *tensor)
{
    size_t size_bytes = 0;
    int status = tensor_need_size_bytes(tensor, &size_bytes);
    if (status != 0)
        return status;
    return TVMPlatformGenerateRandom((uint8_t *)tensor->data + tensor->byte_offset, size_bytes);
}
