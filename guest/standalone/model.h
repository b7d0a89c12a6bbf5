/* The model behind its C interface: tensors by number, and one call that runs it. */
#ifndef STANDALONE_MODEL_H
#define STANDALONE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum element_type {
    TYPE_float16,
    TYPE_bfloat16,
    TYPE_float32,
    TYPE_float64,
    TYPE_int8,
    TYPE_int16,
    TYPE_int32,
    TYPE_int64,
    TYPE_uint8,
    TYPE_uint16,
    TYPE_uint32,
    TYPE_uint64,
    TYPE_bool,
};

struct model_tensor {
    const char *name;
    enum element_type type;
    bool is_filled; /* an input: its data was compiled in */
    size_t size_bytes;
    uint8_t *data;
};

extern const struct model_tensor MODEL_INPUT_TENSORS[];
extern const size_t MODEL_INPUT_COUNT;
extern const struct model_tensor MODEL_OUTPUT_TENSORS[];
extern const size_t MODEL_OUTPUT_COUNT;

/* Was every input compiled in? */
bool model_is_filled(void);

/* What the generated function returns: 0 when it ran. */
int32_t model_run(void);

size_t model_elements(const struct model_tensor *tensor);
/* Its elements are floating point numbers. */
bool model_is_real(const struct model_tensor *tensor);
/* 64-bit integers lose what a double does not hold. */
double model_element(const struct model_tensor *tensor, size_t index);

/* Index of the largest element; of equal ones the last. -1 when there is none. */
long model_largest(const struct model_tensor *tensor);

#endif
