/* What the places in an archive say of a model's tensors, in the order of the compiled function's
 * arguments. metadata.json, the one that names and sizes them all, has them sorted by name. */
#ifndef MICROTVM_QEMU_MODEL_ORDER_CLAIMS_H
#define MICROTVM_QEMU_MODEL_ORDER_CLAIMS_H

#include "base/error.h"
#include "model/tensor.h"

#include <stdbool.h>
#include <stddef.h>

/* Those that stand first are believed first. */
enum claim_place {
    CLAIM_RELAY,  /* src/NAME.relay: @main's parameters, and its attribute output_tensor_names */
    CLAIM_HEADER, /* the C interface's structs */
    CLAIM_CALL,   /* how the C interface passes their members on */
    CLAIM_MAIN,   /* the compiled function's arguments in C */
    CLAIM_TABLE,  /* what AOT's code tells its executor: inputs, and the outputs' types */
    CLAIM_GRAPH,  /* the graph executor's graph: likewise */
    CLAIM_PLACES,
};

struct claim {
    char *place;                  /* "src/default.relay"; NULL: nothing is said there */
    struct model_tensor *tensors; /* without a name, or a type, where the place does not say */
    size_t count;
};

struct claims {
    struct claim inputs[CLAIM_PLACES];
    struct claim outputs[CLAIM_PLACES];
};

/* Begin what place says. Errors: ERROR_INTERNAL (memory). */
bool claim_begin(struct claim *claim, const char *place, struct error *err);

/* Append a tensor with a copy of a name of length characters, or (NULL) without one. Errors:
 * ERROR_MODEL (more than TENSORS_MAX), ERROR_INTERNAL. */
bool claim_add(struct claim *claim, const char *name, size_t length, struct error *err);

/* As if the place had said nothing. */
void claim_drop(struct claim *claim);
void claims_dispose(struct claims *claims);

#endif
