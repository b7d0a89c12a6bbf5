/* What comes out of a `run`: verdicts, and names of files. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_TENSORS_OUTPUT_H
#define MICROTVM_QEMU_COMMANDS_RUN_TENSORS_OUTPUT_H

#include "base/error.h"
#include "client/report.h"
#include "commands/run/tensors/data.h"

#include <stdbool.h>
#include <stddef.h>

enum { RUN_OUTPUT_NAME_LENGTH = 200 };

/* A file name for an output: only letters, digits and "._-" of its name, not beginning with a dot,
 * and told from those of the outputs before it. A longer one than RUN_OUTPUT_NAME_LENGTH ends with
 * "@" and digits of its checksum instead. A new string, NULL when memory ran out. */
char *run_output_file_name(const struct model_port *outputs, size_t index);

/* Compare each output with what is expected, once, and report it; true when all that was expected
 * came. */
bool run_output_compare(struct run_data *data, const struct device_model *model,
                        const struct tolerance *tolerance, struct report *report);

#endif
