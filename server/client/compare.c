#include "client/compare.h"

#include "client/element.h"

#include <math.h>

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
        .largest_at = -1,
        .rtol = (double)rtol,
        .atol = (double)atol,
    };
    for (int64_t i = 0; i < comparison.elements; i++) {
        struct difference difference = element_difference(
            tensor_element_value(got, i), tensor_element_value(expected, i), rtol, atol);
        if (difference.absolute > comparison.max_absolute_error) {
            comparison.max_absolute_error = difference.absolute;
            comparison.largest_at = i;
        }
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
