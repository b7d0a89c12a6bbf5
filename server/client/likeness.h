/* How like an output is to what was expected, where no element need be the same: a network that was
 * quantised anew still points the same way. */
#ifndef MICROTVM_QEMU_CLIENT_LIKENESS_H
#define MICROTVM_QEMU_CLIENT_LIKENESS_H

#include "client/tensor.h"

#include <stdint.h>

/* Absolute errors: none, up to 1e-7, 1e-6, ... 1000, and more (or no number). */
enum { LIKENESS_BINS = 13 };

struct likeness {
    double cosine;    /* the least of an inference; 1 of two that are all zero; NaN stays NaN */
    int64_t agreeing; /* inferences whose largest element (element.h) is where it should */
    int64_t inferences;
    int64_t errors[LIKENESS_BINS]; /* how many elements are so far off */
};

/* The two have the same type and number of elements, those of so many inferences, at least one. */
struct likeness tensor_likeness(const struct tensor *got, const struct tensor *expected,
                                int64_t inferences);

/* The largest error that is in a bin; infinite for the last. */
double likeness_bin_most(int bin);

#endif
