#include "client/element.h"

#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Does a number read back as this half, and as neither of its neighbours? */
static bool is_nearest_half(double number, uint16_t bits)
{
    double distance = fabs(number - half_value(bits));
    uint16_t magnitude = bits & 0x7fff;
    return distance < fabs(number - half_value((uint16_t)(bits + 1))) &&
           (magnitude == 0 || distance < fabs(number - half_value((uint16_t)(bits - 1))));
}

static const char *half_text(uint16_t bits, char buffer[NUMBER_TEXT_SIZE])
{
    enum { DIGITS_MOST = 5 };
    double value = half_value(bits);
    if (!isfinite(value))
        return number_text(value, buffer);
    for (int digits = 1; digits <= DIGITS_MOST; digits++)
        if (is_nearest_half(strtod(number_text_digits(value, digits, buffer), NULL), bits))
            break;
    return buffer;
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

static const char *float_text(const uint8_t *element, uint8_t bits, char buffer[NUMBER_TEXT_SIZE])
{
    uint16_t half;
    if (bits == 16) {
        memcpy(&half, element, sizeof(half));
        return half_text(half, buffer);
    }
    double value = float_value(element, bits);
    return bits == 32 ? number_text_single((float)value, buffer) : number_text(value, buffer);
}

const char *tensor_element_text(const struct tensor *tensor, int64_t index,
                                char buffer[NUMBER_TEXT_SIZE])
{
    const uint8_t *element = element_at(tensor, index);
    if (tensor->code == TENSOR_FLOAT)
        return float_text(element, tensor->bits, buffer);
    if (tensor->code == TENSOR_INT)
        snprintf(buffer, NUMBER_TEXT_SIZE, "%" PRId64,
                 (int64_t)integer_bits(element, tensor->bits, true));
    else
        snprintf(buffer, NUMBER_TEXT_SIZE, "%" PRIu64, integer_bits(element, tensor->bits, false));
    return buffer;
}

void tensor_position(const struct tensor *tensor, int64_t index, int64_t position[TENSOR_MAX_NDIM])
{
    for (int i = tensor->ndim - 1; i >= 0; i--) {
        position[i] = index % tensor->shape[i];
        index /= tensor->shape[i];
    }
}

const char *tensor_index_text(const struct tensor *tensor, int64_t index, char *buffer, size_t size)
{
    int64_t position[TENSOR_MAX_NDIM];
    tensor_position(tensor, index, position);
    size_t used = (size_t)snprintf(buffer, size, "[");
    for (int i = 0; i < tensor->ndim && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%" PRId64, i > 0 ? ", " : "",
                                 position[i]);
    if (used < size)
        snprintf(buffer + used, size - used, "]");
    return buffer;
}

int64_t tensor_largest(const struct tensor *tensor, int64_t first, int64_t count)
{
    int64_t best = -1;
    long double most = 0;
    for (int64_t i = 0; i < count; i++) {
        long double value = tensor_element_value(tensor, first + i);
        if (value != value)
            return -1;
        if (best < 0 || value > most) {
            best = i;
            most = value;
        }
    }
    return best;
}
