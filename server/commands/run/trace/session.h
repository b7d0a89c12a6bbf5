/* The part of `run --trace` that happens on boards. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_TRACE_SESSION_H
#define MICROTVM_QEMU_COMMANDS_RUN_TRACE_SESSION_H

#include "base/error.h"
#include "commands/run/run.h"

#include <stdbool.h>

/* After the inferences, with the board closed: run->trace gets what was asked for. Else it does
 * nothing, and is good. Errors: those of graph_prefix, board_open, run_infer and trace_take. */
bool trace_operators(struct run *run, struct error *err);

#endif
