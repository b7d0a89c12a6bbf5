/* What a model needs of a board's memory: as much as is sure. A firmware whose heap has less than
 * heap_bytes can't run the model; where the bundled runtime drives an AOT or a graph model, one
 * that has just so much can. */
#ifndef MICROTVM_QEMU_MEMORY_NEED_H
#define MICROTVM_QEMU_MEMORY_NEED_H

#include "base/error.h"
#include "model/model.h"

#include <stdbool.h>
#include <stdint.h>

enum memory_runtime {
    MEMORY_RUNTIME_OTHER,
    MEMORY_RUNTIME_BUNDLED, /* guest/crt: all that it allocates is known */
    MEMORY_RUNTIME_TVM,     /* TVM's own: of that, some */
};

struct memory_question {
    const char *dir; /* of the unpacked archive */
    const struct model *model;
    uint64_t pointer_bytes; /* of the board: 4 or 8 */
    uint64_t packet_bytes;  /* of the RPC server */
    bool is_host_driven;    /* else the firmware calls the model itself */
    enum memory_runtime runtime;
    bool links_parameters; /* a graph's are constants in flash */
    bool has_device_graph; /* the device's graph executor runs a graph (else the host's does) */
};

struct memory_need {
    uint64_t heap_bytes;
    uint64_t loading_bytes;     /* of these: only for reading the graph */
    uint64_t workspace_bytes;   /* of these: what the model's code takes while it runs */
    uint64_t buffers_bytes;     /* static ones of the generated code: planned workspaces */
    uint64_t tensors_bytes;     /* static ones for inputs and outputs, where no host drives */
    uint64_t constants_bytes;   /* in flash */
    uint64_t description_bytes; /* in flash: the copy of the constants that packed AOT brings */
    uint32_t ndim_most;         /* of a graph's tensors; 0: not a graph's */
};

/* Errors: ERROR_MODEL (graph or source malformed), ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool memory_need_read(const struct memory_question *question, struct memory_need *ret_need,
                      struct error *err);

#endif
