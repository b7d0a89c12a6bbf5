/* A tensor with memory of its own and a count of references. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_COMMON_NDARRAY_H_
#define TVM_RUNTIME_CRT_INTERNAL_COMMON_NDARRAY_H_

#include <dlpack/dlpack.h>
#include <tvm/runtime/c_backend_api.h>
#include <tvm/runtime/c_runtime_api.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct TVMNDArray {
    DLTensor dl_tensor; /* first: a handle of the array is one of its tensor */
    uint32_t reference_count;
} TVMNDArray;

/* New memory, zeroed; reference_count is 0. Errors (with text): bad shape, no memory; nothing is
 * kept then. */
int TVMNDArray_Empty(int32_t ndim, const tvm_index_t *shape, DLDataType dtype, DLDevice dev,
                     TVMNDArray *array);
/* Another shape of the same data, which it does not own. */
int TVMNDArray_CreateView(TVMNDArray *arr, const tvm_index_t *shape, int32_t ndim, DLDataType dtype,
                          TVMNDArray *array_view);
/* -1 for a shape that has no size. */
int64_t TVMNDArray_DataSizeBytes(TVMNDArray *array);
int TVMNDArray_RandomFill(TVMNDArray *array);

void TVMNDArray_IncrementReference(TVMNDArray *arr);
/* Stops at 0; returns what is left. */
uint32_t TVMNDArray_DecrementReference(TVMNDArray *arr);
/* One reference less; with the last one the memory goes. A zeroed array is fine. */
int TVMNDArray_Release(TVMNDArray *arr);

#ifdef __cplusplus
}
#endif

#endif // TVM_RUNTIME_CRT_INTERNAL_COMMON_NDARRAY_H_
