#include "client/compare.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

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

static double float_value(const uint8_t *element, uint8_t bits)
{
    uint16_t half;
    float single;
    double twice;
    switch (bits) {
    case 16:
        memcpy(&half, element, sizeof(half));
        return half_value(half);
    case 32:
        memcpy(&single, element, sizeof(single));
        return (double)single;
    default:
        memcpy(&twice, element, sizeof(twice));
        return twice;
    }
}

/* Little-endian integer of any size; sign-extended for TENSOR_INT. */
static uint64_t integer_bits(const uint8_t *element, uint8_t bits, bool is_signed)
{
    uint64_t value = 0;
    memcpy(&value, element, bits / 8U);
    if (is_signed && bits < 64 && value >> (bits - 1))
        value |= UINT64_MAX << bits;
    return value;
}

static const uint8_t *element_at(const struct tensor *tensor, int64_t index)
{
    return (const uint8_t *)tensor->data + (size_t)index * (tensor->bits / 8U);
}

/* long double holds every 64-bit integer exactly on the hosts that QEMU's packages exist for. */
long double tensor_element_value(const struct tensor *tensor, int64_t index)
{
    const uint8_t *element = element_at(tensor, index);
    if (tensor->code == TENSOR_FLOAT)
        return (long double)float_value(element, tensor->bits);
    if (tensor->code == TENSOR_INT)
        return (long double)(int64_t)integer_bits(element, tensor->bits, true);
    return (long double)integer_bits(element, tensor->bits, false);
}

struct difference {
    long double absolute;
    long double relative; /* 0 where expected is 0 */
    bool matches;
};

static struct difference element_difference(long double got, long double expected, long double rtol,
                                            long double atol)
{
    if (got == expected || (isnan(got) && isnan(expected)))
        return (struct difference){.matches = true};
    if (!isfinite(got) || !isfinite(expected))
        return (struct difference){INFINITY, INFINITY, false};
    long double absolute = fabsl(got - expected);
    return (struct difference){
        .absolute = absolute,
        .relative = expected != 0 ? absolute / fabsl(expected) : 0,
        .matches = absolute <= atol + rtol * fabsl(expected),
    };
}

struct comparison tensor_compare(const struct tensor *got, const struct tensor *expected,
                                 const struct tolerance *tolerance)
{
    bool real = expected->code == TENSOR_FLOAT;
    long double rtol = real || tolerance->rtol_given ? (long double)tolerance->rtol : 0;
    long double atol = real || tolerance->atol_given ? (long double)tolerance->atol : 0;
    struct comparison comparison = {
        .elements = tensor_elements(expected),
        .first_mismatch = -1,
    };
    for (int64_t i = 0; i < comparison.elements; i++) {
        struct difference difference = element_difference(
            tensor_element_value(got, i), tensor_element_value(expected, i), rtol, atol);
        comparison.max_absolute_error =
            fmax(comparison.max_absolute_error, (double)difference.absolute);
        comparison.max_relative_error =
            fmax(comparison.max_relative_error, (double)difference.relative);
        if (difference.matches)
            continue;
        comparison.mismatches++;
        if (comparison.first_mismatch < 0)
            comparison.first_mismatch = i;
    }
    return comparison;
}

const char *tensor_element_text(const struct tensor *tensor, int64_t index, char *buffer,
                                size_t size)
{
    const uint8_t *element = element_at(tensor, index);
    /* Enough digits to tell any two values apart. */
    int digits = tensor->bits == 64 ? 17 : tensor->bits == 32 ? 9 : 5;
    if (tensor->code == TENSOR_FLOAT)
        snprintf(buffer, size, "%.*g", digits, float_value(element, tensor->bits));
    else if (tensor->code == TENSOR_INT)
        snprintf(buffer, size, "%" PRId64, (int64_t)integer_bits(element, tensor->bits, true));
    else
        snprintf(buffer, size, "%" PRIu64, integer_bits(element, tensor->bits, false));
    return buffer;
}

const char *tensor_index_text(const struct tensor *tensor, int64_t index, char *buffer, size_t size)
{
    int64_t position[TENSOR_MAX_NDIM];
    for (int i = tensor->ndim - 1; i >= 0; i--) {
        position[i] = index % tensor->shape[i];
        index /= tensor->shape[i];
    }
    size_t used = (size_t)snprintf(buffer, size, "[");
    for (int i = 0; i < tensor->ndim && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%" PRId64, i > 0 ? ", " : "",
                                 position[i]);
    if (used < size)
        snprintf(buffer + used, size - used, "]");
    return buffer;
}
