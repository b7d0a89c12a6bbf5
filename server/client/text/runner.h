/* The host's side of MLPerf Tiny's line protocol, as EEMBC's runner speaks it (the firmware's
 * header guest/apps/mlperftiny/api/internally_implemented.h describes it). */
#ifndef MICROTVM_QEMU_CLIENT_TEXT_RUNNER_H
#define MICROTVM_QEMU_CLIENT_TEXT_RUNNER_H

#include "base/error.h"
#include "client/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct runner; /* opaque */

/* Waits until the firmware says that it is ready. timeout_ms holds for each command, 0: for ever.
 * stream is copied, its context is not owned. Errors of all: the stream's own; ERROR_TIMEOUT with
 * the command; ERROR_DEVICE with the firmware's words; ERROR_INTERNAL (memory). */
bool runner_open(const struct link_stream *stream, int64_t timeout_ms, struct runner **ret_runner,
                 struct error *err);
void runner_close(struct runner *runner); /* NULL is fine */

/* Give the model its inputs, one behind the other. */
bool runner_load(struct runner *runner, const void *data, size_t size_bytes, struct error *err);

/* After some warm-ups `count` inferences. *ret_time_us: how long these took, by the board's clock.
 * results has room for results_count numbers, and the firmware must send so many. */
bool runner_infer(struct runner *runner, unsigned count, unsigned warmups, uint64_t *ret_time_us,
                  double *results, size_t results_count, struct error *err);

#endif
