/* Arrays as clients hold them: a handle is the address of a TVMNDArray, checked against the memory
 * map before it is believed. */
#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/ndarray.h>
#include <tvm/runtime/crt/internal/common/tensor.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>
#include <tvm/runtime/crt/internal/memory/memory_map.h>

int TVMArrayAlloc(const tvm_index_t *shape, int ndim, int dtype_code, int dtype_bits,
                  int dtype_lanes, int device_type, int device_id, TVMArrayHandle *out)
{
    const DLDataType dtype = {(uint8_t)dtype_code, (uint8_t)dtype_bits, (uint16_t)dtype_lanes};
    const DLDevice dev = {(DLDeviceType)device_type, device_id};
    void *memory;
    int status = crt_allocate(sizeof(TVMNDArray), "an array", &memory);
    if (status != 0)
        return status;
    TVMNDArray *array = memory;
    status = TVMNDArray_Empty(ndim, shape, dtype, dev, array);
    if (status != 0) {
        crt_free(array);
        return status;
    }
    TVMNDArray_IncrementReference(array);
    memory_map_find_array(array)->owner = MEMORY_OF_NEW_ARRAY;
    *out = &array->dl_tensor;
    return 0;
}

int TVMArrayFree(TVMArrayHandle handle)
{
    const struct memory_region *region = memory_map_find_array(handle);
    /* Gone with the executor that it belonged to: clients free what they held all the same. */
    if (!region)
        return 0;
    TVMNDArray *array = (TVMNDArray *)handle;
    bool is_last = array->reference_count <= 1;
    if (region->owner == MEMORY_OF_NEW_ARRAY) {
        int status = TVMNDArray_Release(array);
        if (is_last)
            crt_free(array);
        return status;
    }
    /* The last reference is the executor's, and not the client's to give back. */
    if (!is_last)
        (void)TVMNDArray_DecrementReference(array);
    return 0;
}

static int check_size(const DLTensor *tensor, size_t nbytes)
{
    size_t size_bytes;
    if (tensor_size_bytes(tensor, &size_bytes) && size_bytes == nbytes)
        return 0;
    return crt_error(kTvmErrorFunctionCallInvalidArg,
                     "copy of %lu bytes: the array has another size", (unsigned long)nbytes);
}

int TVMArrayCopyFromBytes(TVMArrayHandle handle, void *data, size_t nbytes)
{
    int status = check_size(handle, nbytes);
    if (status == 0)
        memcpy((uint8_t *)handle->data + handle->byte_offset, data, nbytes);
    return status;
}

int TVMArrayCopyToBytes(TVMArrayHandle handle, void *data, size_t nbytes)
{
    int status = check_size(handle, nbytes);
    if (status == 0)
        memcpy(data, (const uint8_t *)handle->data + handle->byte_offset, nbytes);
    return status;
}

int TVMByteArrayFree(TVMByteArray *arr)
{
    crt_free((void *)arr->data);
    crt_free(arr);
    return 0;
}
