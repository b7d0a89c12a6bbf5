#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/ndarray.h>
#include <tvm/runtime/crt/internal/common/tensor.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>
#include <tvm/runtime/crt/internal/memory/memory_map.h>

int64_t TVMNDArray_DataSizeBytes(TVMNDArray *array)
{
    size_t size_bytes;
    return tensor_size_bytes(&array->dl_tensor, &size_bytes) ? (int64_t)size_bytes : -1;
}

static int create_without_data(int32_t ndim, const tvm_index_t *shape, DLDataType dtype,
                               DLDevice dev, TVMNDArray *array)
{
    memset(array, 0, sizeof(*array));
    if (ndim < 0)
        return crt_error(kTvmErrorFunctionCallInvalidArg, "tensor with %d dimensions", (int)ndim);
    void *memory;
    size_t shape_size = sizeof(int64_t) * (size_t)ndim;
    int status = crt_allocate(shape_size, "a tensor's shape", &memory);
    if (status != 0)
        return status;
    if (ndim > 0)
        memcpy(memory, shape, shape_size);
    array->dl_tensor.shape = memory;
    array->dl_tensor.ndim = ndim;
    array->dl_tensor.dtype = dtype;
    array->dl_tensor.device = dev;
    return 0;
}

static int add_data(TVMNDArray *array)
{
    size_t size_bytes = 0;
    int status = tensor_need_size_bytes(&array->dl_tensor, &size_bytes);
    if (status != 0)
        return status;
    void *memory;
    status = crt_allocate(size_bytes, "a tensor", &memory);
    if (status != 0)
        return status;
    status = memory_map_add(memory, size_bytes, array, MEMORY_OF_ARRAY);
    if (status != 0) {
        crt_free(memory);
        return status;
    }
    array->dl_tensor.data = memory;
    return 0;
}

int TVMNDArray_Empty(int32_t ndim, const tvm_index_t *shape, DLDataType dtype, DLDevice dev,
                     TVMNDArray *array)
{
    int status = create_without_data(ndim, shape, dtype, dev, array);
    if (status != 0)
        return status;
    status = add_data(array);
    if (status != 0) {
        crt_free(array->dl_tensor.shape);
        memset(array, 0, sizeof(*array));
    }
    return status;
}

int TVMNDArray_CreateView(TVMNDArray *arr, const tvm_index_t *shape, int32_t ndim, DLDataType dtype,
                          TVMNDArray *array_view)
{
    int status = create_without_data(ndim, shape, dtype, arr->dl_tensor.device, array_view);
    if (status == 0)
        array_view->dl_tensor.data = arr->dl_tensor.data;
    return status;
}

int TVMNDArray_RandomFill(TVMNDArray *array)
{
    return tensor_fill_randomly(&array->dl_tensor);
}

void TVMNDArray_IncrementReference(TVMNDArray *arr)
{
    arr->reference_count++;
}

uint32_t TVMNDArray_DecrementReference(TVMNDArray *arr)
{
    if (arr->reference_count > 0)
        arr->reference_count--;
    return arr->reference_count;
}

int TVMNDArray_Release(TVMNDArray *arr)
{
    if (TVMNDArray_DecrementReference(arr) > 0)
        return 0;
    /* A view has data that another array owns. */
    if (memory_map_find_array(arr)) {
        memory_map_remove(arr->dl_tensor.data);
        crt_free(arr->dl_tensor.data);
    }
    crt_free(arr->dl_tensor.shape);
    arr->dl_tensor.data = NULL;
    arr->dl_tensor.shape = NULL;
    return 0;
}
