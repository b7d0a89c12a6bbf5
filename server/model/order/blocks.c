#include "model/order/blocks.h"

#include "base/cleanup.h"

#include <string.h>

static int compare_tensors(const struct model_tensor *a, const struct model_tensor *b,
                           enum aspect aspect)
{
    if (aspect != BY_TYPE)
        return model_names_compare(a->name, b->name, aspect == BY_NAME_IN_C);
    if (a->size_bytes != b->size_bytes)
        return a->size_bytes < b->size_bytes ? -1 : 1;
    return strcmp(a->dtype, b->dtype);
}

struct side {
    const struct model_tensor *tensors;
    const size_t *blocks;
    enum aspect aspect;
};

static int compare_in_side(const void *a, const void *b, void *context)
{
    const struct side *side = context;
    size_t left = *(const size_t *)a;
    size_t right = *(const size_t *)b;
    if (side->blocks[left] != side->blocks[right])
        return side->blocks[left] < side->blocks[right] ? -1 : 1;
    return compare_tensors(&side->tensors[left], &side->tensors[right], side->aspect);
}

/* Indexes of tensors, sorted by block and then by aspect; NULL when memory ran out. */
static size_t *sort(struct side *side, size_t count)
{
    size_t *indexes = calloc(count + 1, sizeof(*indexes));
    for (size_t i = 0; indexes && i < count; i++)
        indexes[i] = i;
    if (indexes && count)
        qsort_r(indexes, count, sizeof(*indexes), compare_in_side, side);
    return indexes;
}

bool blocks_refine(struct blocks *blocks, const struct model_tensor *names,
                   const struct model_tensor *places, enum aspect aspect, bool *ret_fits,
                   struct error *err)
{
    size_t count = blocks->count;
    struct side name_side = {names, blocks->of_name, aspect};
    struct side place_side = {places, blocks->of_place, aspect};
    cleanup_free size_t *sorted_names = sort(&name_side, count);
    cleanup_free size_t *sorted_places = sort(&place_side, count);
    cleanup_free size_t *refined = calloc(count + 1, sizeof(*refined));
    if (!sorted_names || !sorted_places || !refined)
        return error_no_memory(err, "tensors", count * sizeof(*refined));
    *ret_fits = true;
    for (size_t i = 0; i < count && *ret_fits; i++) {
        size_t name = sorted_names[i];
        size_t place = sorted_places[i];
        bool same = i > 0 && compare_in_side(&sorted_names[i - 1], &name, &name_side) == 0;
        refined[i] = same ? refined[i - 1] : i;
        *ret_fits = blocks->of_name[name] == blocks->of_place[place] &&
                    compare_tensors(&names[name], &places[place], aspect) == 0;
    }
    for (size_t i = 0; i < count && *ret_fits; i++) {
        blocks->of_name[sorted_names[i]] = refined[i];
        blocks->of_place[sorted_places[i]] = refined[i];
    }
    return true;
}

bool blocks_new(size_t count, struct blocks *ret_blocks, struct error *err)
{
    struct blocks blocks = {calloc(count + 1, sizeof(size_t)), calloc(count + 1, sizeof(size_t)),
                            count};
    *ret_blocks = blocks;
    return (blocks.of_name && blocks.of_place) ||
           error_no_memory(err, "tensors", count * sizeof(size_t));
}

void blocks_dispose(struct blocks *blocks)
{
    free(blocks->of_name);
    free(blocks->of_place);
    *blocks = (struct blocks){.count = 0};
}
