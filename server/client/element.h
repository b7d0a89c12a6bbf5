/* Single elements of a tensor. */
#ifndef MICROTVM_QEMU_CLIENT_ELEMENT_H
#define MICROTVM_QEMU_CLIENT_ELEMENT_H

#include "base/number.h"
#include "client/tensor.h"

#include <stddef.h>
#include <stdint.h>

/* As a number; index is in C order. */
long double tensor_element_value(const struct tensor *tensor, int64_t index);

/* With the fewest digits that tell it from any other value of its type; "nan", "inf", "-inf".
 * Returns the buffer. */
const char *tensor_element_text(const struct tensor *tensor, int64_t index,
                                char buffer[NUMBER_TEXT_SIZE]);

/* Where, of count elements from the first on, the largest is, the first such: 0 to count - 1; -1:
 * one of them is no number (NaN), so that none is the largest. */
int64_t tensor_largest(const struct tensor *tensor, int64_t first, int64_t count);

/* Where an index in C order is: ndim numbers, [0, 3]; as a text. */
void tensor_position(const struct tensor *tensor, int64_t index, int64_t position[TENSOR_MAX_NDIM]);
const char *tensor_index_text(const struct tensor *tensor, int64_t index, char *buffer,
                              size_t size);

#endif
