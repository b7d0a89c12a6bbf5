/* Where a graph executor keeps its parameters, and where the archive has them: what is needed to
 * link them into a firmware, in place of sending them to it. */
#ifndef MICROTVM_QEMU_MODEL_PARAMETERS_H
#define MICROTVM_QEMU_MODEL_PARAMETERS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct graph_parameter {
    uint32_t storage;    /* its number in the graph's plan */
    size_t offset_bytes; /* in parameters/MODEL_NAME.params */
    size_t size_bytes;
};

/* Those of DIR's model that are not in its code. Errors: ERROR_MODEL (graph or parameters damaged,
 * a size that is not the graph's, a parameter that an operator writes to), ERROR_SYSTEM,
 * ERROR_INTERNAL (memory). The caller frees *ret_parameters. */
bool model_parameters_find(const char *dir, const char *model_name,
                           struct graph_parameter **ret_parameters, size_t *ret_count,
                           struct error *err);

#endif
