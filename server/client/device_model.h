/* The model in a device's firmware, through TVM's AOT or graph executor there. */
#ifndef MICROTVM_QEMU_CLIENT_DEVICE_MODEL_H
#define MICROTVM_QEMU_CLIENT_DEVICE_MODEL_H

#include "base/error.h"
#include "client/device_graph.h"
#include "client/rpc_client.h"
#include "client/tensor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODEL_MAX_PORTS = 256 };

struct model_port {
    char *name;
    struct tensor type; /* data is NULL: code, bits, shape and size_bytes count */
    struct rpc_tensor remote;
};

struct device_model {
    struct rpc_client *client; /* not owned */
    uint64_t run;
    struct model_port *inputs;
    size_t inputs_count;
    struct model_port *outputs;
    size_t outputs_count;
};

/* What the archive says: the firmware does not know its outputs' names, of its inputs only what C
 * made of them, and an old runtime not even that. Used where the count is the device's and no input
 * is called otherwise there; else inputs are called as there, or "input0", "output0", ... */
struct model_names {
    const char *module; /* "default" */
    const char *const *inputs;
    size_t inputs_count;
    const char *const *outputs;
    size_t outputs_count;
    const struct graph_source *graph; /* NULL: for the AOT executor; else inputs are by name */
};

/* Are two names the same in C, where TVM writes '_' for what is no letter or digit? */
bool device_names_match(const char *a, const char *b);

/* A DLPack type as ours, with size_bytes and no data. TVM's bool is an unsigned integer of 1 bit in
 * a byte of its own. Errors: ERROR_DEVICE: one that is not supported, or is impossible. */
bool device_tensor_type(const struct rpc_tensor *remote, struct tensor *ret_type,
                        struct error *err);

/* Create the executor on the device and learn its inputs and outputs.
 * Errors: those of rpc_call; ERROR_DEVICE when the firmware has no such executor or says something
 * impossible of a tensor; ERROR_INTERNAL (memory). */
bool device_model_open(struct rpc_client *client, const struct model_names *names,
                       struct device_model *ret_model, struct error *err);

/* Frees what is here; the device keeps its executor until it is switched off. Safe twice. */
void device_model_dispose(struct device_model *model);

/* data has the port's type.size_bytes. */
bool device_model_set_input(struct device_model *model, size_t index, const void *data,
                            struct error *err);
bool device_model_run(struct device_model *model, struct error *err);
bool device_model_get_output(struct device_model *model, size_t index, void *data,
                             struct error *err);

#endif
