#include "model/tensor.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void model_tensors_free(struct model_tensor *tensors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(tensors[i].name);
        free(tensors[i].dtype);
    }
    free(tensors);
}

static unsigned char in_c_name(char character)
{
    return isalnum((unsigned char)character) ? (unsigned char)character : '_';
}

int model_names_compare(const char *a, const char *b, bool in_c)
{
    if (!in_c)
        return strcmp(a, b);
    while (*a && *b && in_c_name(*a) == in_c_name(*b)) {
        a++;
        b++;
    }
    return (*a ? in_c_name(*a) : 0) - (*b ? in_c_name(*b) : 0);
}

bool model_names_match(const char *a, const char *b)
{
    return model_names_compare(a, b, true) == 0;
}
