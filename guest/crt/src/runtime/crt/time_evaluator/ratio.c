#include <stdbool.h>
#include <string.h>
#include <tvm/runtime/crt/internal/time_evaluator/ratio.h>

/* So many bits of remainder / divisor, the first one being worth 1; the rest is left in *remainder.
 * That is below 2 * divisor, and divisor below 1 << 63. */
static uint64_t divide(uint64_t *remainder, uint64_t divisor, int bits)
{
    uint64_t quotient = 0;
    for (; bits > 0; bits--) {
        quotient <<= 1;
        if (*remainder >= divisor) {
            *remainder -= divisor;
            quotient |= 1;
        }
        *remainder <<= 1;
    }
    return quotient;
}

/* Shifts it until bit 62 is its highest; returns by how many bits. */
static int normalize(uint64_t *value)
{
    int shift = 0;
    for (; *value >> 62 == 0; shift++)
        *value <<= 1;
    return shift;
}

double ratio_as_double(uint64_t numerator, uint64_t denominator)
{
    enum { MANTISSA_BITS = 52, EXPONENT_BIAS = 1023 };
    double value = 0;
    if (numerator == 0)
        return value;
    int exponent = EXPONENT_BIAS - normalize(&numerator) + normalize(&denominator);
    if (numerator < denominator) {
        numerator <<= 1;
        exponent--;
    }
    /* The leading 1, the mantissa, and a bit to round by: to the nearest, half of one to even. */
    uint64_t bits = divide(&numerator, denominator, MANTISSA_BITS + 2);
    bool up = (bits & 1) != 0 && (numerator != 0 || (bits & 2) != 0);
    /* The leading 1 goes into the exponent, as a carry of the rounding does. */
    bits = ((uint64_t)(exponent - 1) << MANTISSA_BITS) + (bits >> 1) + (up ? 1 : 0);
    memcpy(&value, &bits, sizeof(value));
    return value;
}

int32_t ratio_scale(int32_t number, uint64_t numerator, uint64_t denominator)
{
    enum { RESULT_BITS = 31 };
    for (; (numerator | denominator) > UINT32_MAX; numerator >>= 1)
        denominator >>= 1;
    uint64_t product = (uint64_t)number * numerator;
    if (denominator == 0 || product >= denominator << RESULT_BITS)
        return INT32_MAX;
    return (int32_t)divide(&product, denominator << (RESULT_BITS - 1), RESULT_BITS);
}
