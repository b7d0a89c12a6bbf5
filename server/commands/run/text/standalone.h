/* The part of `run` that happens on the board when its firmware is an aot_standalone_demo. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_TEXT_STANDALONE_H
#define MICROTVM_QEMU_COMMANDS_RUN_TEXT_STANDALONE_H

#include "base/error.h"
#include "client/report.h"
#include "commands/board_stream.h"
#include "commands/run/tensors/data.h"
#include "model/model.h"

#include <stdbool.h>

/* As run_on_device; names and types are what run_ports_describe finds. */
bool run_on_standalone(struct board_stream *stream, int64_t timeout_ms, const struct model *model,
                       struct report *report, struct run_data *data, struct device_model *ret_model,
                       struct error *err);

#endif
