/* Files of expected outputs that are to be written: collected first, so that either all of them are
 * what their cases agree on, or none is touched. */
#ifndef MICROTVM_QEMU_COMMANDS_REGRESS_GOLDEN_H
#define MICROTVM_QEMU_COMMANDS_REGRESS_GOLDEN_H

#include "base/error.h"
#include "client/tensor.h"
#include "regress/suite/suite.h"

#include <stdbool.h>
#include <stddef.h>

struct golden {
    const char *path;      /* the suite's */
    const char *case_name; /* that gave it: likewise */
    struct tensor tensor;  /* what the file is to hold. Owned */
    bool stays;            /* the file holds what matches it */
    char *change;          /* for people; owned */
};

struct goldens {
    struct golden *items;
    size_t count;
};

/* The case gave what is in the file OUTPUT for PATH. Errors: ERROR_USAGE: another case gave
 * something else, beyond this one's tolerance; PATH is no .npy file, or to be an .npz; those of
 * npy_load. */
bool golden_take(struct goldens *goldens, const struct suite_case *item, const char *path,
                 const char *output, struct error *err);

/* Is none that will be written what a case of the suite reads? Errors: ERROR_USAGE. */
bool goldens_check(const struct goldens *goldens, const struct suite *suite, struct error *err);

/* Write those that do not stay, with the folders that lead to them, and tell of each. Errors:
 * ERROR_SYSTEM. */
bool goldens_write(const struct goldens *goldens, struct error *err);

void goldens_dispose(struct goldens *goldens);

#endif
