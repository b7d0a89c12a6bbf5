/* Device memory, beside TVM's C runtime API. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_COMMON_CRT_DEVICE_API_H_
#define TVM_RUNTIME_CRT_INTERNAL_COMMON_CRT_DEVICE_API_H_

#include <dlpack/dlpack.h>

/* Device memory for a tensor like this, which the client frees. Errors (with text): no such scope,
 * the shape has no size, no memory. */
int tensor_allocate_data(const DLTensor *tensor, const char *mem_scope, void **ret_data);

#endif // TVM_RUNTIME_CRT_INTERNAL_COMMON_CRT_DEVICE_API_H_
