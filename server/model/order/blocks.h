/* Names on the one side, places on the other: which of them may belong together? Those that nothing
 * tells apart are of one block, which has as many names as places. In a block of one, the name is
 * the place's. */
#ifndef MICROTVM_QEMU_MODEL_ORDER_BLOCKS_H
#define MICROTVM_QEMU_MODEL_ORDER_BLOCKS_H

#include "model/order/claims.h"

/* What a name's tensor and a place's are compared by. */
enum aspect { BY_NAME, BY_NAME_IN_C, BY_TYPE };

struct blocks {
    size_t *of_name; /* a block's number */
    size_t *of_place;
    size_t count; /* of names, and of places */
};

/* All in one block. Errors: ERROR_INTERNAL (memory). The caller disposes of it in any case. */
bool blocks_new(size_t count, struct blocks *ret_blocks, struct error *err);

/* Tell blocks apart by one more aspect, which all tensors of both sides have. *ret_fits: each block
 * had as many names as places of each kind; where not, the blocks stay as they are. Errors:
 * ERROR_INTERNAL (memory). */
bool blocks_refine(struct blocks *blocks, const struct model_tensor *names,
                   const struct model_tensor *places, enum aspect aspect, bool *ret_fits,
                   struct error *err);

/* Safe on a zeroed struct and twice. */
void blocks_dispose(struct blocks *blocks);

#define cleanup_blocks __attribute__((cleanup(blocks_dispose)))

#endif
