/* NumPy .npz files, as numpy.savez and savez_compressed write them: ZIP archives whose members are
 * .npy files, stored or deflated. */
#ifndef MICROTVM_QEMU_CLIENT_NPZ_H
#define MICROTVM_QEMU_CLIENT_NPZ_H

#include "base/error.h"
#include "client/tensor.h"

#include <stdbool.h>
#include <stddef.h>

struct npz_array {
    char *name; /* without ".npy". Owned */
    struct tensor tensor;
};

struct npz {
    struct npz_array *arrays; /* in the archive's order */
    size_t count;
};

/* Is it called so? */
bool npz_is_name(const char *path);

/* All of them. Errors: ERROR_USAGE with path and array, and what is wrong (no ZIP archive,
 * truncated, another compression, what npy_load refuses), ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool npz_load(const char *path, struct npz *ret_npz, struct error *err);

/* Safe on a zeroed struct and twice. */
void npz_dispose(struct npz *npz);

#endif
