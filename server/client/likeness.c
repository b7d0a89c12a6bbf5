#include "client/likeness.h"

#include "client/element.h"

#include <math.h>

double likeness_bin_most(int bin)
{
    static const double MOST[LIKENESS_BINS] = {0,    1e-7, 1e-6, 1e-5, 1e-4, 1e-3,    1e-2,
                                               1e-1, 1,    10,   100,  1000, INFINITY};
    return MOST[bin];
}

static int bin_of(long double error)
{
    int bin = 0;
    while (bin < LIKENESS_BINS - 1 && !(error <= (long double)likeness_bin_most(bin)))
        bin++;
    return bin;
}

static long double error_of(long double got, long double expected)
{
    bool is_same = got == expected || (isnan(got) && isnan(expected));
    return is_same ? 0 : fabsl(got - expected);
}

/* Of count elements from the first on. */
static double cosine_of(const struct tensor *got, const struct tensor *expected, int64_t first,
                        int64_t count)
{
    long double product = 0;
    long double got_square = 0;
    long double expected_square = 0;
    for (int64_t i = first; i < first + count; i++) {
        long double a = tensor_element_value(got, i);
        long double b = tensor_element_value(expected, i);
        product += a * b;
        got_square += a * a;
        expected_square += b * b;
    }
    if (got_square == 0 && expected_square == 0)
        return 1;
    if (got_square == 0 || expected_square == 0)
        return 0;
    /* Rounding makes a hair more than 1 of two that are the same. */
    double cosine = (double)(product / (sqrtl(got_square) * sqrtl(expected_square)));
    return cosine > 1 ? 1 : cosine;
}

struct likeness tensor_likeness(const struct tensor *got, const struct tensor *expected,
                                int64_t inferences)
{
    struct likeness likeness = {.cosine = 1, .inferences = inferences};
    int64_t elements = tensor_elements(got);
    int64_t count = elements / inferences;
    for (int64_t i = 0; i < elements; i++)
        likeness.errors[bin_of(
            error_of(tensor_element_value(got, i), tensor_element_value(expected, i)))]++;
    for (int64_t i = 0; i < inferences; i++) {
        double cosine = cosine_of(got, expected, i * count, count);
        if (isnan(cosine) || cosine < likeness.cosine)
            likeness.cosine = cosine;
        likeness.agreeing +=
            tensor_largest(got, i * count, count) == tensor_largest(expected, i * count, count);
    }
    return likeness;
}
