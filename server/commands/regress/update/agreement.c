#include "commands/regress/update/agreement.h"

#include "base/file.h"
#include "client/compare.h"
#include "client/likeness.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static bool same_form(const struct tensor *a, const struct tensor *b)
{
    return a->code == b->code && a->bits == b->bits && a->size_bytes == b->size_bytes;
}

static struct tolerance tolerance_of(const struct suite_tolerance *rule)
{
    bool is_bounds = rule->rule == RULE_BOUNDS;
    struct tolerance tolerance = {
        .rtol = is_bounds && rule->rtol >= 0 ? rule->rtol : COMPARE_DEFAULT_RTOL,
        .atol = is_bounds && rule->atol >= 0 ? rule->atol : COMPARE_DEFAULT_ATOL,
        .rtol_given = is_bounds && rule->rtol >= 0,
        .atol_given = is_bounds && rule->atol >= 0,
    };
    if (rule->rule == RULE_EXACT)
        tolerance.rtol = tolerance.atol = 0;
    return tolerance;
}

/* One digit, and no less than VALUE: what a person would write. */
static double rounded_up(double value)
{
    if (!(value > 0) || isinf(value))
        return value;
    double unit = pow(10, floor(log10(value)));
    double digit = floor(value / unit);
    while (digit * unit < value)
        digit++;
    return digit * unit;
}

/* Would they match so? */
static bool is_enough(const struct tensor *now, const struct tensor *before, double rtol,
                      double atol)
{
    const struct tolerance tolerance = {rtol, atol, true, true};
    return isfinite(rtol) && isfinite(atol) &&
           tensor_compare(now, before, &tolerance).mismatches == 0;
}

static void grow(struct allowance *allowance, const struct tensor *now, const struct tensor *before,
                 const struct comparison *found)
{
    double atol = rounded_up((double)found->max_absolute_error);
    double rtol = rounded_up(found->max_relative_error);
    bool is_real = before->code == TENSOR_FLOAT;
    if (!is_enough(now, before, 0, atol))
        atol = (double)INFINITY;
    if (!is_real || !is_enough(now, before, rtol, COMPARE_DEFAULT_ATOL))
        rtol = (double)INFINITY;
    allowance->atol = fmax(allowance->atol, atol);
    allowance->rtol = fmax(allowance->rtol, rtol);
}

static bool is_like(const struct tensor *now, const struct tensor *before, int64_t inferences,
                    const struct suite_tolerance *rule, char **ret_change)
{
    const struct likeness likeness = tensor_likeness(now, before, inferences);
    double share = rule->rule == RULE_COSINE
                       ? likeness.cosine
                       : (double)likeness.agreeing / (double)likeness.inferences;
    *ret_change =
        file_path("the %s is %.9g, at least %.15g is asked for",
                  rule->rule == RULE_COSINE ? "cosine" : "top-1 agreement", share, rule->least);
    return share >= rule->least;
}

bool outputs_match(const struct tensor *now, const struct tensor *before, int64_t inferences,
                   const struct suite_tolerance *rule, char **ret_change,
                   struct allowance *allowance)
{
    char shape[TENSOR_SHAPE_TEXT_SIZE];
    char dtype[32];
    if (!same_form(now, before)) {
        *ret_change = file_path("another type or shape, was %s %s",
                                tensor_dtype_text(before, dtype, sizeof(dtype)),
                                tensor_shape_text(before, shape, sizeof(shape)));
        *allowance = (struct allowance){(double)INFINITY, (double)INFINITY};
        return false;
    }
    if (rule->rule == RULE_COSINE || rule->rule == RULE_TOP_1)
        return is_like(now, before, inferences, rule, ret_change);
    const struct tolerance tolerance = tolerance_of(rule);
    const struct comparison comparison = tensor_compare(now, before, &tolerance);
    *ret_change =
        file_path("%" PRId64 " of %" PRId64 " elements differ, by %.3Lg at most",
                  comparison.mismatches, comparison.elements, comparison.max_absolute_error);
    if (comparison.mismatches > 0)
        grow(allowance, now, before, &comparison);
    return comparison.mismatches == 0;
}

/* A small relative one says the least of outputs of any size. */
const char *allowance_text(const struct allowance *allowance, char *buffer, size_t size)
{
    const double SMALL = 0.01;
    if (allowance->rtol > 0 && allowance->rtol <= SMALL)
        snprintf(buffer, size, "\"tolerance\": { \"rtol\": %g, \"atol\": %g } would allow it",
                 allowance->rtol, COMPARE_DEFAULT_ATOL);
    else if (allowance->atol > 0 && isfinite(allowance->atol))
        snprintf(buffer, size, "\"tolerance\": { \"atol\": %g } would allow it", allowance->atol);
    else
        snprintf(buffer, size, "%s", allowance->atol > 0 ? "no bounds would allow it" : "");
    return buffer;
}
