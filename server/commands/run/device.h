/* The part of `run` that happens on the board: session, model, inferences. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_DEVICE_H
#define MICROTVM_QEMU_COMMANDS_RUN_DEVICE_H

#include "base/error.h"
#include "client/report.h"
#include "commands/board_stream.h"
#include "commands/run/tensors/data.h"
#include "model/model.h"

#include <stdbool.h>

/* Run all inferences on the open board behind stream: data's outputs are filled. graph is NULL for
 * a model of the AOT executor. *ret_model keeps
 * the names and types of what the device has; the caller disposes of it (its client is gone by
 * then). Errors: ERROR_USAGE (shapes that do not fit), ERROR_DEVICE, ERROR_TIMEOUT and ERROR_CLOSED
 * with the firmware's last log lines, ERROR_INTERRUPTED, ERROR_INTERNAL. */
bool run_on_device(struct board_stream *stream, int64_t timeout_ms, const struct model *model,
                   const struct graph_source *graph, struct report *report, struct run_data *data,
                   struct device_model *ret_model, struct error *err);

#endif
