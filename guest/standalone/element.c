/* Elements of a tensor, of any type, as numbers. */
#include "standalone/model.h"

#include <math.h>
#include <string.h>

static size_t element_bytes(enum element_type type)
{
    switch (type) {
    case TYPE_int8:
    case TYPE_uint8:
    case TYPE_bool:
        return 1;
    case TYPE_float16:
    case TYPE_bfloat16:
    case TYPE_int16:
    case TYPE_uint16:
        return 2;
    case TYPE_float32:
    case TYPE_int32:
    case TYPE_uint32:
        return 4;
    case TYPE_float64:
    case TYPE_int64:
    case TYPE_uint64:
        break;
    }
    return 8;
}

size_t model_elements(const struct model_tensor *tensor)
{
    return tensor->size_bytes / element_bytes(tensor->type);
}

bool model_is_real(const struct model_tensor *tensor)
{
    return tensor->type == TYPE_float16 || tensor->type == TYPE_bfloat16 ||
           tensor->type == TYPE_float32 || tensor->type == TYPE_float64;
}

/* IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
static double half_value(uint16_t bits)
{
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    double magnitude;
    if (exponent == 0x1f)
        magnitude = fraction ? (double)NAN : (double)INFINITY;
    else if (exponent == 0)
        magnitude = ldexp(fraction, -24);
    else
        magnitude = ldexp(fraction + 1024, exponent - 25);
    return bits & 0x8000 ? -magnitude : magnitude;
}

/* The upper half of a float32. */
static double bfloat_value(uint16_t bits)
{
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

double model_element(const struct model_tensor *tensor, size_t index)
{
    const void *data = tensor->data;
    switch (tensor->type) {
    case TYPE_float16:
        return half_value(((const uint16_t *)data)[index]);
    case TYPE_bfloat16:
        return bfloat_value(((const uint16_t *)data)[index]);
    case TYPE_float32:
        return ((const float *)data)[index];
    case TYPE_float64:
        return ((const double *)data)[index];
    case TYPE_int8:
        return ((const int8_t *)data)[index];
    case TYPE_int16:
        return ((const int16_t *)data)[index];
    case TYPE_int32:
        return ((const int32_t *)data)[index];
    case TYPE_int64:
        return (double)((const int64_t *)data)[index];
    case TYPE_uint16:
        return ((const uint16_t *)data)[index];
    case TYPE_uint32:
        return ((const uint32_t *)data)[index];
    case TYPE_uint64:
        return (double)((const uint64_t *)data)[index];
    case TYPE_uint8:
    case TYPE_bool:
        break;
    }
    return ((const uint8_t *)data)[index];
}

long model_largest(const struct model_tensor *tensor)
{
    long largest = -1;
    double largest_value = 0;
    for (size_t i = 0; i < model_elements(tensor); i++) {
        double value = model_element(tensor, i);
        if (largest < 0 || value >= largest_value) {
            largest = (long)i;
            largest_value = value;
        }
    }
    return largest;
}
