/* The talk with a firmware of project type aot_standalone_demo, from the host's side: lines of text
 * (guest/apps/aot_standalone_demo/main.c describes them). */
#ifndef MICROTVM_QEMU_CLIENT_TEXT_STANDALONE_H
#define MICROTVM_QEMU_CLIENT_TEXT_STANDALONE_H

#include "base/error.h"
#include "client/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct standalone; /* opaque */

/* Waits until the firmware listens. timeout_ms holds for each answer, 0: for ever. stream is
 * copied, its context is not owned. Errors of all: the stream's own; ERROR_TIMEOUT with what was
 * waited for; ERROR_DEVICE with the firmware's words; ERROR_INTERNAL (memory). */
bool standalone_open(const struct link_stream *stream, int64_t timeout_ms,
                     struct standalone **ret_standalone, struct error *err);
void standalone_close(struct standalone *standalone); /* NULL is fine */

bool standalone_set_input(struct standalone *standalone, size_t index, const void *data,
                          size_t size_bytes, struct error *err);
/* *ret_time_us: how long the model took by the board's own clock. */
bool standalone_infer(struct standalone *standalone, uint64_t *ret_time_us, struct error *err);
bool standalone_get_output(struct standalone *standalone, size_t index, void *data,
                           size_t size_bytes, struct error *err);

#endif
