/* The option link_parameters: a graph's parameters in the firmware.
 *
 * A client of TVM's graph executor sends the parameters over the serial line, which takes half a
 * minute for a megabyte. Here they become constants in flash that the executor finds by itself, as
 * those that TVM links. They need no RAM, and may not be written to. */
#ifndef MICROTVM_QEMU_PROJECT_LINKED_PARAMS_H
#define MICROTVM_QEMU_PROJECT_LINKED_PARAMS_H

#include "base/error.h"
#include "project/manifest.h"

#include <stdbool.h>

/* In the project: what brings the parameters into the firmware; the build looks for it. */
#define LINKED_PARAMS_FILE "linked_params.S"

/* Are the parameters of this project to be linked? Not where several graphs share the firmware:
 * executors ask for a parameter by a number that each graph has its own of. */
bool linked_params_wanted(const struct manifest *manifest);

/* Write LINKED_PARAMS_FILE where they are wanted and the model has some that its code does not
 * hold; else remove it. Errors: those of model_parameters_find. */
bool linked_params_write(const char *project_dir, const struct manifest *manifest,
                         struct error *err);

#endif
