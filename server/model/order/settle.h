/* Who is who, by all that is claimed. */
#ifndef MICROTVM_QEMU_MODEL_ORDER_SETTLE_H
#define MICROTVM_QEMU_MODEL_ORDER_SETTLE_H

#include "model/order/claims.h"

/* The tensors of one direction. */
struct settled {
    const char *kind; /* "input" or "output" */
    struct model_tensor *tensors;
    size_t count;
    char *note; /* why some are called by their number; NULL: none is */
};

/* How many there are: as the places say, or else as metadata.json lists. */
size_t settle_count(const struct claim claims[CLAIM_PLACES], size_t listed_count);

/* In: what metadata.json lists, in any order (TVM before 0.11 lists nothing). Out: each by its
 * place. Errors: ERROR_INTERNAL (memory). */
bool settle(const struct claim claims[CLAIM_PLACES], struct settled *settled, struct error *err);

#endif
