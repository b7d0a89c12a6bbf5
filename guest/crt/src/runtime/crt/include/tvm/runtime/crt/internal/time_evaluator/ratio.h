/* Arithmetic on counted time without floating point, of which software takes 3 KB where the CPU has
 * none. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_TIME_EVALUATOR_RATIO_H_
#define TVM_RUNTIME_CRT_INTERNAL_TIME_EVALUATOR_RATIO_H_

#include <stdint.h>

/* numerator / denominator, the nearest double there is. Both are below 1 << 63, denominator is not
 * 0. */
double ratio_as_double(uint64_t numerator, uint64_t denominator);

/* number * numerator / denominator rounded down, or INT32_MAX if that is less. Where one of
 * the two has more than 32 bits, both lose as many low ones as that is more. */
int32_t ratio_scale(int32_t number, uint64_t numerator, uint64_t denominator);

#endif // TVM_RUNTIME_CRT_INTERNAL_TIME_EVALUATOR_RATIO_H_
