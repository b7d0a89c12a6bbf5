#include "client/tensor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tensor_dispose(struct tensor *tensor)
{
    free(tensor->data);
    *tensor = (struct tensor){.data = NULL};
}

bool tensor_has_type_of(const struct tensor *a, const struct tensor *b)
{
    return a->code == b->code && a->bits == b->bits && a->ndim == b->ndim &&
           memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof(a->shape[0])) == 0;
}

int64_t tensor_elements(const struct tensor *tensor)
{
    int64_t elements = 1;
    for (int i = 0; i < tensor->ndim; i++)
        elements *= tensor->shape[i];
    return elements;
}

const char *tensor_dtype_text(const struct tensor *tensor, char *buffer, size_t size)
{
    if (tensor->code == TENSOR_BOOL)
        snprintf(buffer, size, "bool");
    else
        snprintf(buffer, size, "%s%u",
                 tensor->code == TENSOR_INT    ? "int"
                 : tensor->code == TENSOR_UINT ? "uint"
                                               : "float",
                 tensor->bits);
    return buffer;
}

bool tensor_dtype_parse(const char *text, struct tensor *tensor)
{
    static const struct tensor TYPES[] = {
        {.code = TENSOR_BOOL, .bits = 8},   {.code = TENSOR_INT, .bits = 8},
        {.code = TENSOR_INT, .bits = 16},   {.code = TENSOR_INT, .bits = 32},
        {.code = TENSOR_INT, .bits = 64},   {.code = TENSOR_UINT, .bits = 8},
        {.code = TENSOR_UINT, .bits = 16},  {.code = TENSOR_UINT, .bits = 32},
        {.code = TENSOR_UINT, .bits = 64},  {.code = TENSOR_FLOAT, .bits = 16},
        {.code = TENSOR_FLOAT, .bits = 32}, {.code = TENSOR_FLOAT, .bits = 64},
    };
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
        char name[16];
        if (strcmp(tensor_dtype_text(&TYPES[i], name, sizeof(name)), text) != 0)
            continue;
        tensor->code = TYPES[i].code;
        tensor->bits = TYPES[i].bits;
        return true;
    }
    return false;
}

/* As Python writes a tuple: (), (3,), (1, 8). */
const char *tensor_shape_text(const struct tensor *tensor, char *buffer, size_t size)
{
    size_t used = 0;
    used += (size_t)snprintf(buffer, size, "(");
    for (int i = 0; i < tensor->ndim && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%" PRId64, i > 0 ? ", " : "",
                                 tensor->shape[i]);
    if (used < size)
        snprintf(buffer + used, size - used, tensor->ndim == 1 ? ",)" : ")");
    return buffer;
}
