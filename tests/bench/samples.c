#include "bench/samples.h"

#include <stdio.h>
#include <stdlib.h>

void samples_add(struct samples *samples, int64_t ns)
{
    if (samples->count < SAMPLES_MAX)
        samples->ns[samples->count++] = ns;
}

static int compare_ns(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The smallest sample that so many percent of the samples do not exceed, in ms. */
static double percentile_ms(const struct samples *samples, unsigned percent)
{
    size_t rank = (samples->count * percent + 99) / 100;
    return (double)samples->ns[rank - 1] / 1e6;
}

void samples_print(struct samples *samples, const char *what)
{
    if (samples->count == 0)
        return;
    qsort(samples->ns, samples->count, sizeof samples->ns[0], compare_ns);
    printf("| %s | %zu | %.2f | %.2f | %.2f |\n", what, samples->count, percentile_ms(samples, 50),
           percentile_ms(samples, 99), percentile_ms(samples, 100));
}
