#include "units.h"

#ifdef __ARM_FEATURE_SIMD32
#include <arm_acle.h>
#endif
#ifdef __ARM_FEATURE_MVE
#include <arm_mve.h>
#endif

/* The compiler must not know what comes out. */
static volatile float three = 3;
static volatile double third = 1.0 / 3;
static volatile int32_t pairs = 0x00020003;

uint8_t units_check(void)
{
    if (three * three + 1.5F != 10.5F || three / 2 != 1.5F)
        return 'f';
    if (third * 3 != 1 || third + third <= third)
        return 'd';
#ifdef __ARM_FEATURE_SIMD32
    if (__smlad(pairs, 0x00040005, 1) != 2 * 4 + 3 * 5 + 1)
        return 's';
#endif
#ifdef __ARM_FEATURE_MVE
    int32x4_t whole = vdupq_n_s32(pairs);
    if (vaddvq_s32(whole) != 4 * 0x00020003)
        return 'v';
#if __ARM_FEATURE_MVE & 2
    float32x4_t floats = vfmaq_n_f32(vdupq_n_f32(1), vdupq_n_f32(three), three);
    if (vgetq_lane_f32(floats, 3) != 10)
        return 'v';
#endif
#endif
    (void)pairs;
    return 0;
}
