/* The firmware of project type mlperftiny on this machine: a model, a clock, and what it says. */
#ifndef MICROTVM_QEMU_TESTS_BENCHMARK_FIXTURE_H
#define MICROTVM_QEMU_TESTS_BENCHMARK_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

enum { SAID_BYTES = 64 * 1024 };

/* Inputs codes (4 of int8) and levels (2 of float32): outputs sums (levels + 1, of float32) and
 * copies (the first two codes, of int8). */
extern int model_runs;       /* so far */
extern int32_t model_status; /* what the next ones return */

/* What the firmware said since it was last asked; each run of the model takes a microsecond. */
const char *benchmark_said(void);
void benchmark_hear(const char *text);

/* As when the board was switched on, but for what was loaded. */
void benchmark_boot(void);

#endif
