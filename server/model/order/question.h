/* Which of the names that metadata.json lists belongs to which argument? Put to all places. */
#ifndef MICROTVM_QEMU_MODEL_ORDER_QUESTION_H
#define MICROTVM_QEMU_MODEL_ORDER_QUESTION_H

#include "model/order/blocks.h"
#include "model/order/claims.h"

/* What a place says in one respect. */
struct answer {
    const struct claim *claim;
    enum aspect aspect;
};

struct question {
    const struct model_tensor *names; /* as metadata.json lists them; not owned, like all here */
    size_t count;
    const char *kind;     /* "input" or "output" */
    struct blocks blocks; /* what is known; owned */
    struct answer believed[2 * CLAIM_PLACES];
    size_t believed_count;
    bool named;            /* one of them told names */
    bool assumed;          /* none did, and "output0", "output1" are taken for numbers */
    const char *places[2]; /* the first ones that contradict each other; NULL: none do */
};

/* names, count and kind are filled in, the rest is zero. The caller disposes of it in any case.
 * Errors: ERROR_INTERNAL (memory). */
bool question_ask(struct question *question, const struct claim claims[CLAIM_PLACES],
                  struct error *err);
void question_dispose(struct question *question);

/* Have all of them types? */
bool question_has_types(const struct model_tensor *tensors, size_t count);

#endif
