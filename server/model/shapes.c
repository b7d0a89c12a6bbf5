#include "model/shapes.h"

#include "model/order/relay.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* "(1, 64)": the dimensions; "()" has none. NULL: it is no shape. */
static const char *read_dimensions(const char *at, struct model_tensor *type)
{
    type->ndim = 0;
    if (*at++ != '(')
        return NULL;
    while (*at != ')') {
        char *end;
        if (type->ndim == MODEL_TENSOR_MAX_NDIM || !isdigit((unsigned char)*at))
            return NULL;
        type->shape[type->ndim++] = strtoll(at, &end, 10);
        at = end + strspn(end, ", ");
    }
    return at + 1;
}

static size_t word_length(const char *at)
{
    size_t length = 0;
    while (isalnum((unsigned char)at[length]) || at[length] == '_')
        length++;
    return length;
}

/* "Tensor[(1, 64), float32]", or "float32" for a scalar: its shape. Returns what is behind it;
 * NULL: it is another type. */
static const char *read_type(const char *at, struct model_tensor *type, const char **ret_dtype,
                             size_t *ret_length)
{
    static const char TENSOR[] = "Tensor[";
    bool is_tensor = strncmp(at, TENSOR, strlen(TENSOR)) == 0;
    type->ndim = 0;
    if (is_tensor) {
        at = read_dimensions(at + strlen(TENSOR), type);
        if (!at || strncmp(at, ", ", 2) != 0)
            return NULL;
        at += 2;
    }
    *ret_dtype = at;
    *ret_length = word_length(at);
    at += *ret_length;
    if (*ret_length == 0 || (is_tensor && *at++ != ']'))
        return NULL;
    return at;
}

static unsigned dtype_bytes(const char *dtype)
{
    const char *digits = dtype + strcspn(dtype, "0123456789");
    unsigned long bits = strtoul(digits, NULL, 10);
    return bits >= 8 && bits <= 64 ? (unsigned)bits / 8 : 1; /* a bool takes a byte */
}

/* Is it the type of this tensor? Then its shape is, too. */
static void take_shape(struct model_tensor *tensor, const struct model_tensor *type,
                       const char *dtype, size_t length)
{
    uint64_t size_bytes = tensor->dtype ? dtype_bytes(tensor->dtype) : 0;
    bool good = tensor->dtype && strlen(tensor->dtype) == length &&
                memcmp(tensor->dtype, dtype, length) == 0;
    for (int i = 0; good && i < type->ndim; i++)
        good = !__builtin_mul_overflow(size_bytes, (uint64_t)type->shape[i], &size_bytes);
    if (!good || size_bytes != tensor->size_bytes)
        return;
    tensor->has_shape = true;
    tensor->ndim = type->ndim;
    memcpy(tensor->shape, type->shape, sizeof(tensor->shape));
}

static void read_input(const char *signature, struct model_tensor *tensor)
{
    struct model_tensor type;
    const char *dtype = NULL;
    size_t length = 0;
    const char *at = relay_find_input(signature, tensor->name);
    if (at && read_type(at, &type, &dtype, &length))
        take_shape(tensor, &type, dtype, length);
}

/* ") -> TYPE", or a tuple of them. All must be there: they are known by their places. */
static void read_outputs(const char *signature, struct model_tensor *outputs, size_t count)
{
    static const char ARROW[] = ") -> ";
    struct model_tensor type;
    const char *dtype = NULL;
    size_t length = 0;
    const char *at = NULL;
    for (const char *next = strstr(signature, ARROW); next; next = strstr(next, ARROW))
        at = next += strlen(ARROW);
    for (size_t i = 0; at && i < count; i++) {
        at += strspn(at, "(, ");
        at = read_type(at, &type, &dtype, &length);
        if (at)
            take_shape(&outputs[i], &type, dtype, length);
    }
}

void model_shapes_read(const char *signature, struct model *model)
{
    for (size_t i = 0; i < model->inputs_count; i++)
        read_input(signature, &model->inputs[i]);
    read_outputs(signature, model->outputs, model->outputs_count);
}
