/* Is what the device computed what was expected? The rule is numpy.allclose's,
 * |got - expected| <= atol + rtol * |expected|, with NaN equal to NaN and infinities equal to
 * themselves only. Integers and bools must be equal where no tolerance was asked for. */
#ifndef MICROTVM_QEMU_CLIENT_COMPARE_H
#define MICROTVM_QEMU_CLIENT_COMPARE_H

#include "client/tensor.h"

#include <stdbool.h>
#include <stdint.h>

#define COMPARE_DEFAULT_RTOL 1e-5
#define COMPARE_DEFAULT_ATOL 1e-5

struct tolerance {
    double rtol;
    double atol;
    bool rtol_given; /* by the user: holds for integers, too */
    bool atol_given;
};

struct comparison {
    int64_t elements;
    int64_t mismatches;
    int64_t first_mismatch; /* its index in C order; -1: none */
    /* Over all elements; infinite where one is finite and the other is not (NaN: likewise). */
    long double max_absolute_error; /* of integers exact */
    int64_t largest_at; /* where it is, the first such, in C order; -1: no element has an error */
    double max_relative_error; /* where the expected value is not 0 */
    double rtol;               /* what was allowed */
    double atol;
};

/* got and expected have the same type and shape. */
struct comparison tensor_compare(const struct tensor *got, const struct tensor *expected,
                                 const struct tolerance *tolerance);

#endif
