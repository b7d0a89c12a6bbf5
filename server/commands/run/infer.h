/* The inferences of a run. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_INFER_H
#define MICROTVM_QEMU_COMMANDS_RUN_INFER_H

#include "base/error.h"
#include "commands/run/run.h"

#include <stdbool.h>

/* Run all inferences on the open board; what it is that fails is added to the text. Errors: those
 * of run_on_device and its likes. */
bool run_infer(struct run *run, struct error *err);

#endif
