/* NumPy .npy files, format 1.0 and 2.0, little-endian, C order
 * (numpy.lib.format describes them). */
#ifndef MICROTVM_QEMU_CLIENT_NPY_H
#define MICROTVM_QEMU_CLIENT_NPY_H

#include "base/error.h"
#include "client/tensor.h"

#include <stdbool.h>
#include <stddef.h>

/* Errors: ERROR_USAGE with path and what is wrong (not a .npy, Fortran order, big-endian, a type
 * we do not carry, truncated), ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool npy_load(const char *path, struct tensor *ret_tensor, struct error *err);
/* The same of what such a file holds. Errors: likewise, without the path. */
bool npy_parse(const char *file, size_t file_size_bytes, struct tensor *ret_tensor,
               struct error *err);
bool npy_save(const char *path, const struct tensor *tensor, struct error *err);

#endif
