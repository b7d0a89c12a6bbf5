/* The tensors of a firmware that cannot tell of them. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_TEXT_PORTS_H
#define MICROTVM_QEMU_COMMANDS_RUN_TEXT_PORTS_H

#include "base/error.h"
#include "client/device_model.h"
#include "commands/run/tensors/data.h"
#include "model/model.h"

#include <stdbool.h>

/* What the archive says. It knows sizes and types, and only some know shapes: else a tensor's shape
 * is that of the file given for it, or one axis. *model has no tensors yet; the caller disposes of
 * it, also after an error. Errors: ERROR_MODEL: a type that .npy files do not have; ERROR_INTERNAL
 * (memory). */
bool run_ports_describe(const struct model *archive, const struct run_data *data,
                        struct device_model *model, struct error *err);

#endif
