/* The base85 of Python's base64.b85encode and b85decode: five characters hold four bytes, most
 * significant first; a last group of n bytes takes n + 1 characters. This is not Ascii85. */
#ifndef MICROTVM_QEMU_API_BASE85_H
#define MICROTVM_QEMU_API_BASE85_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Characters that size_bytes bytes take; bytes that size_chars characters can hold at most. */
size_t base85_encoded_size(size_t size_bytes);
size_t base85_decoded_size(size_t size_chars);

/* Writes exactly base85_encoded_size(size_bytes) characters, no NUL. */
void base85_encode(const void *data, size_t size_bytes, char *text);

/* Writes exactly base85_decoded_size(size_chars) bytes to data.
 * Errors: ERROR_USAGE with the position of a character outside the alphabet, or of a
 * group that stands for more than 32 bits. data may hold a beginning then. */
bool base85_decode(const char *text, size_t size_chars, void *data, struct error *err);

#endif
