/* What a tensor is, whoever owns its memory. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_COMMON_TENSOR_H_
#define TVM_RUNTIME_CRT_INTERNAL_COMMON_TENSOR_H_

#include <dlpack/dlpack.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes of a compact tensor: each element takes whole bytes. False: a negative number of
 * dimensions, a negative dimension, or more than SIZE_MAX. */
bool tensor_size_bytes(const DLTensor *tensor, size_t *ret_size_bytes);

/* The same, where there has to be one. Errors (with text): there is none. */
int tensor_need_size_bytes(const DLTensor *tensor, size_t *ret_size_bytes);

/* By the platform's random numbers. Errors (with text): the shape has no size. */
int tensor_fill_randomly(const DLTensor *tensor);

#endif // TVM_RUNTIME_CRT_INTERNAL_COMMON_TENSOR_H_
