#include "model/order/claims.h"

#include <stdlib.h>
#include <string.h>

bool claim_begin(struct claim *claim, const char *place, struct error *err)
{
    claim->place = strdup(place);
    return claim->place || error_no_memory(err, "a path", strlen(place));
}

bool claim_add(struct claim *claim, const char *name, size_t length, struct error *err)
{
    if (claim->count == TENSORS_MAX)
        return error_set(err, ERROR_MODEL, 0, "more than %d inputs or outputs", TENSORS_MAX);
    struct model_tensor *tensors =
        realloc(claim->tensors, (claim->count + 1) * sizeof(*claim->tensors));
    if (!tensors)
        return error_no_memory(err, "tensors", (claim->count + 1) * sizeof(*tensors));
    claim->tensors = tensors;
    tensors[claim->count] = (struct model_tensor){.name = name ? strndup(name, length) : NULL};
    if (name && !tensors[claim->count].name)
        return error_no_memory(err, "a name", length);
    claim->count++;
    return true;
}

void claim_drop(struct claim *claim)
{
    model_tensors_free(claim->tensors, claim->count);
    free(claim->place);
    *claim = (struct claim){.place = NULL};
}

void claims_dispose(struct claims *claims)
{
    for (size_t i = 0; i < CLAIM_PLACES; i++) {
        claim_drop(&claims->inputs[i]);
        claim_drop(&claims->outputs[i]);
    }
}
