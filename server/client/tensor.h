/* A tensor of the host's: compact, in C order. */
#ifndef MICROTVM_QEMU_CLIENT_TENSOR_H
#define MICROTVM_QEMU_CLIENT_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TENSOR_MAX_NDIM = 64 }; /* as many as NumPy has */
/* Of any shape: each number with its comma and blank. */
enum { TENSOR_SHAPE_TEXT_SIZE = TENSOR_MAX_NDIM * 21 + 4 };

/* DLPack's type codes (DLDataTypeCode). */
enum tensor_code { TENSOR_INT = 0, TENSOR_UINT = 1, TENSOR_FLOAT = 2, TENSOR_BOOL = 6 };

struct tensor {
    uint8_t code; /* enum tensor_code */
    uint8_t bits; /* of one element: 8, 16, 32, 64 */
    int ndim;
    int64_t shape[TENSOR_MAX_NDIM];
    void *data; /* owned; size_bytes */
    size_t size_bytes;
};

void tensor_dispose(struct tensor *tensor);
/* The same type of elements, and the same shape? */
bool tensor_has_type_of(const struct tensor *a, const struct tensor *b);
/* Elements in one shape; "float32" and "(1, 8, 8, 1)" for people. Return the buffer. */
int64_t tensor_elements(const struct tensor *tensor);
const char *tensor_dtype_text(const struct tensor *tensor, char *buffer, size_t size);
/* The reverse: sets code and bits. False: "bfloat16", "handle" and the like are not carried. */
bool tensor_dtype_parse(const char *text, struct tensor *tensor);
const char *tensor_shape_text(const struct tensor *tensor, char *buffer, size_t size);

#endif
