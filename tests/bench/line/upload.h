/* A graph's parameters on their way to the board's graph executor, which has none linked in. */
#ifndef MICROTVM_QEMU_TESTS_BENCH_LINE_UPLOAD_H
#define MICROTVM_QEMU_TESTS_BENCH_LINE_UPLOAD_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Build a model with one parameter of so many bytes (a multiple of 4) for the board, boot it and
 * send the parameter as `run` does; then the model tells whether it has every byte.
 * *ret_fits is false, and nothing is measured, where the board's RAM is too small. */
bool upload_measure(const char *board_name, uint64_t ram_size_bytes, int64_t packet_size_bytes,
                    size_t size_bytes, bool *ret_fits, int64_t *ret_ns, struct error *err);

#endif
