#include "model/code/table.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char PREFIX[] = "kTvmgenMetadata_";

/* Behind the text's "kTvmgenMetadata_WHAT[COUNT] = {", with its '}' in *ret_end. */
static const char *find_array(const char *text, const char *what, const char **ret_end)
{
    cleanup_free char *start = file_path("%s%s[", PREFIX, what);
    const char *at = start ? strstr(text, start) : NULL;
    while (at) {
        at += strlen(start);
        at += strspn(at, "0123456789");
        if (strncmp(at, "] = {", 5) == 0)
            break;
        at = strstr(at, start);
    }
    if (at)
        at += 5;
    *ret_end = at ? strstr(at, "};") : NULL;
    return *ret_end ? at : NULL;
}

/* Bits of a tensor from the shape's array, times *bits. Shapes stand in the order of the tensors:
 * *text moves behind this one. */
static bool multiply_shape(const char **text, const char *direction, size_t index, uint64_t *bits)
{
    const char *end;
    cleanup_free char *what = file_path("%s_%zu_shape", direction, index);
    const char *at = what ? find_array(*text, what, &end) : NULL;
    if (!at)
        return false;
    *text = end;
    while (at < end) {
        char *behind;
        unsigned long long extent = strtoull(at, &behind, 10);
        if (behind == at)
            break;
        if (__builtin_mul_overflow(*bits, (uint64_t)extent, bits))
            return false;
        at = behind + strspn(behind, "L, \n");
    }
    return true;
}

/* {2, 32, 1} is float32: DLPack's code, bits and lanes. */
static bool read_type(const char *at, const char *end, struct model_tensor *tensor, uint64_t *bits)
{
    static const char *const KINDS[] = {"int", "uint", "float", NULL, "bfloat"};
    unsigned long numbers[3];
    for (size_t i = 0; i < 3; i++) {
        char *behind;
        at += strspn(at, "{, ");
        numbers[i] = strtoul(at, &behind, 10);
        if (behind == at || behind > end)
            return false;
        at = behind;
    }
    if (numbers[0] >= sizeof(KINDS) / sizeof(KINDS[0]) || !KINDS[numbers[0]] || numbers[2] != 1 ||
        numbers[1] == 0 || numbers[1] > 64)
        return false;
    bool is_bool = numbers[0] == 1 && numbers[1] == 1;
    *bits = is_bool ? 8 : numbers[1];
    tensor->dtype = is_bool ? strdup("bool") : file_path("%s%lu", KINDS[numbers[0]], numbers[1]);
    return tensor->dtype;
}

/* A record: "NAME", SHAPE, COUNT, {TYPE}. */
static bool read_tensor(const char **shapes, const char *direction, const char *record,
                        const char *end, size_t index, struct model_tensor *tensor)
{
    uint64_t bits;
    const char *type = memchr(record, '{', (size_t)(end - record));
    if (!type || !read_type(type, end, tensor, &bits) ||
        !multiply_shape(shapes, direction, index, &bits))
        return false;
    tensor->size_bytes = bits / 8 + (bits % 8 != 0);
    return true;
}

static bool read_table(const char *text, const char *direction, bool named, const char *place,
                       struct claim *claim, struct error *err)
{
    const char *end;
    const char *at = claim->place ? NULL : find_array(text, direction, &end);
    const char *shapes = text;
    bool typed = true;
    if (!at)
        return true;
    if (!claim_begin(claim, place, err))
        return false;
    for (at = memchr(at, '"', (size_t)(end - at)); at; at = memchr(at, '"', (size_t)(end - at))) {
        const char *name = at + 1;
        const char *close = memchr(name, '"', (size_t)(end - name));
        if (!close)
            break;
        if (!claim_add(claim, named ? name : NULL, (size_t)(close - name), err))
            return false;
        at = close + 1;
        typed = typed && read_tensor(&shapes, direction, at, end, claim->count - 1,
                                     &claim->tensors[claim->count - 1]);
    }
    for (size_t i = 0; !typed && i < claim->count; i++) {
        free(claim->tensors[i].dtype);
        claim->tensors[i].dtype = NULL;
        claim->tensors[i].size_bytes = 0;
    }
    return true;
}

bool table_read(const char *text, const char *place, struct claims *claims, struct error *err)
{
    return read_table(text, "inputs", true, place, &claims->inputs[CLAIM_TABLE], err) &&
           read_table(text, "outputs", false, place, &claims->outputs[CLAIM_TABLE], err);
}
