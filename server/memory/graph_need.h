/* What a graph takes of a board's heap: the objects that a graph executor makes of it, guest/crt's
 * or TVM's, and the tensors of the graph itself. */
#ifndef MICROTVM_QEMU_MEMORY_GRAPH_NEED_H
#define MICROTVM_QEMU_MEMORY_GRAPH_NEED_H

#include "base/error.h"
#include "memory/generated.h"
#include "memory/runtime_sizes.h"

#include <stdbool.h>
#include <stdint.h>

/* In blocks of the heap. */
struct graph_need {
    uint64_t storages_bytes;    /* of tensors that are not linked, without what is noted of each */
    uint64_t notes_bytes;       /* what the runtime notes of each */
    uint64_t objects_bytes;     /* the executor's own, without these */
    uint64_t tvm_objects_bytes; /* the same of TVM\'s executor, at least */
    uint64_t loading_bytes;     /* what it takes besides while the graph is read */
    uint64_t workspace_bytes;   /* the most of any operator */
    uint32_t ndim_most;         /* of a tensor */
};

/* Of DIR/executor-config/graph; sizes and packet_bytes are the device's. Lists of the graph that
 * don't agree are counted as far as they do: its executor refuses it. Errors: ERROR_MODEL (no
 * graph, or malformed), ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool graph_need_read(const char *dir, const char *model_name, const struct generated *generated,
                     const struct runtime_sizes *sizes, uint64_t packet_bytes,
                     struct graph_need *ret_need, struct error *err);

#endif
