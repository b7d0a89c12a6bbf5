/* A model of TVM's graph executor on the device: its graph and its parameters are not in the
 * firmware, they are sent to it. */
#ifndef MICROTVM_QEMU_CLIENT_DEVICE_GRAPH_H
#define MICROTVM_QEMU_CLIENT_DEVICE_GRAPH_H

#include "base/error.h"
#include "client/rpc_client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct graph_source {
    const char *text;   /* JSON */
    const void *params; /* as TVM's save_param_dict writes them; NULL: none */
    size_t params_size_bytes;
};

/* Make an executor of the functions in library, and copy the parameters into it, unless they are
 * linked into the library. A graph that is longer than a packet goes into the device's memory
 * first, which only the bundled runtime can read it from.
 * Errors: those of rpc_call; ERROR_DEVICE when the firmware has no graph executor, or the
 * parameters are not those of the graph; ERROR_MODEL when they are damaged. */
bool device_graph_create(struct rpc_client *client, uint64_t library,
                         const struct graph_source *graph, uint64_t *ret_module, struct error *err);

#endif
