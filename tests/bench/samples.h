/* Measured times, and what to say of them. */
#ifndef MICROTVM_QEMU_TESTS_BENCH_SAMPLES_H
#define MICROTVM_QEMU_TESTS_BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

enum { SAMPLES_MAX = 4096 };

struct samples {
    size_t count;
    int64_t ns[SAMPLES_MAX];
};

/* One more; those over SAMPLES_MAX are not kept. */
void samples_add(struct samples *samples, int64_t ns);

/* A row of a Markdown table: | what | N | median ms | p99 ms | worst ms |. Sorts. */
void samples_print(struct samples *samples, const char *what);

#endif
