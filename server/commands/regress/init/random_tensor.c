#include "commands/regress/init/random_tensor.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a. */
static uint64_t seed_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3U;
    return hash;
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next(uint64_t *state)
{
    uint64_t value = *state += 0x9e3779b97f4a7c15U;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9U;
    value = (value ^ value >> 27) * 0x94d049bb133111ebU;
    return value ^ value >> 31;
}

/* IEEE 754 binary16 of a multiple of 1/1024 with a magnitude below 1. */
static uint16_t half_of(int thousandths)
{
    unsigned magnitude = (unsigned)abs(thousandths);
    unsigned sign = thousandths < 0 ? 0x8000U : 0;
    unsigned exponent = 15;
    if (magnitude == 0)
        return 0;
    for (; magnitude < 1024; exponent--)
        magnitude *= 2;
    return (uint16_t)(sign | exponent << 10 | (magnitude & 0x3ffU));
}

static void put_float(uint8_t *at, uint8_t bits, uint64_t random)
{
    enum { STEPS = 1024 };
    int step = (int)(random % (2 * STEPS - 1)) - (STEPS - 1);
    double twice = (double)step / STEPS;
    float single = (float)twice;
    uint16_t half = half_of(step);
    const void *value = bits == 16 ? (void *)&half : bits == 32 ? (void *)&single : (void *)&twice;
    memcpy(at, value, bits / 8U);
}

static void put(uint8_t *at, const struct tensor *tensor, uint64_t random)
{
    bool is_index = tensor->code == TENSOR_BOOL || tensor->bits > 16;
    if (tensor->code == TENSOR_FLOAT) {
        put_float(at, tensor->bits, random);
        return;
    }
    uint64_t value = is_index ? random >> 63 : random;
    memcpy(at, &value, tensor->bits / 8U);
}

static bool take_form(const struct model_tensor *of, int inferences, struct tensor *tensor,
                      struct error *err)
{
    if (!of->has_shape || !of->dtype)
        return error_set(err, ERROR_USAGE, 0,
                         "input \"%s\": the archive does not tell its %s, so that no numbers can "
                         "be made up for it: write the suite by hand",
                         printable(of->name).text, of->dtype ? "shape" : "type");
    if (!tensor_dtype_parse(of->dtype, tensor))
        return error_set(err, ERROR_USAGE, 0, "input \"%s\": no numbers of type %s can be made up",
                         printable(of->name).text, printable(of->dtype).text);
    tensor->ndim = of->ndim + 1;
    tensor->shape[0] = inferences;
    memcpy(tensor->shape + 1, of->shape, (size_t)of->ndim * sizeof(*of->shape));
    return true;
}

bool random_tensor(const struct model_tensor *of, int inferences, struct tensor *ret_tensor,
                   struct error *err)
{
    struct tensor tensor = {.data = NULL};
    if (!take_form(of, inferences, &tensor, err))
        return false;
    uint64_t state = seed_of(of->name);
    size_t elements = (size_t)tensor_elements(&tensor);
    size_t element_size = tensor.bits / 8U;
    tensor.size_bytes = elements * element_size;
    tensor.data = malloc(tensor.size_bytes + 1);
    if (!tensor.data)
        return error_no_memory(err, "an input", tensor.size_bytes);
    for (size_t i = 0; i < elements; i++)
        put((uint8_t *)tensor.data + i * element_size, &tensor, next(&state));
    *ret_tensor = tensor;
    return true;
}
