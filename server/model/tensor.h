/* An input or output of a model, as its archive tells of it. */
#ifndef MICROTVM_QEMU_MODEL_TENSOR_H
#define MICROTVM_QEMU_MODEL_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TENSORS_MAX = 4096 }; /* inputs or outputs of a model */
enum { MODEL_TENSOR_MAX_NDIM = 8 };

struct model_tensor {
    char *name;
    char *dtype;         /* "float32"; NULL where an old archive does not say */
    uint64_t size_bytes; /* 0 where an old archive does not say */
    bool has_shape;      /* shapes.h */
    int ndim;
    int64_t shape[MODEL_TENSOR_MAX_NDIM];
    bool unwritten; /* an output that AOT's code never writes: of a tensor returned twice */
};

/* Are two names of tensors the same in C, where TVM writes '_' for what is no letter or digit? */
bool model_names_match(const char *a, const char *b);

/* strcmp of two names. in_c: as they are in C, where TVM writes '_' for what is no letter or digit.
 */
int model_names_compare(const char *a, const char *b, bool in_c);

void model_tensors_free(struct model_tensor *tensors, size_t count);

#endif
