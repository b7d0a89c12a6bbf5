/* The folder of --output. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_TENSORS_RESULTS_H
#define MICROTVM_QEMU_COMMANDS_RUN_TENSORS_RESULTS_H

#include "base/error.h"
#include "commands/run/tensors/data.h"

#include <stdbool.h>

/* Could files be written to DIR, or DIR be made? Makes nothing: a run that fails leaves no folder.
 * Errors: ERROR_SYSTEM with the folder that is in the way; ERROR_USAGE when none is named. */
bool results_check(const char *option, const char *dir, struct error *err);

/* Make DIR and write each output to DIR/NAME.npy: all of them, or none, and then DIR is only there
 * if it was before. Files of these names are replaced; outputs without data have none. Errors:
 * those of npy_save; ERROR_SYSTEM. */
bool results_write(const struct run_data *data, const struct device_model *model, const char *dir,
                   struct error *err);

#endif
