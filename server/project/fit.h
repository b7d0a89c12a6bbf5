/* Does a firmware fit a board? Answers from the linker's figures and the board definitions in a
 * project's qemu-machines/. */
#ifndef MICROTVM_QEMU_PROJECT_FIT_H
#define MICROTVM_QEMU_PROJECT_FIT_H

#include "base/error.h"
#include "project/manifest.h"

#include <stdint.h>

struct overflow {
    uint64_t flash_bytes; /* by how much the region is too small; 0: it is large enough */
    uint64_t ram_bytes;
};

/* Set err to ERROR_BUILD: what the model needs of each region that overflowed, what the project's
 * board has, and which boards would hold it. Always returns false; when the definitions cannot be
 * read, err says that instead. */
bool fit_error(const char *project_dir, const struct manifest *manifest, struct overflow overflow,
               struct error *err);

#endif
