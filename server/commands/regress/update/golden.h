/* Files of expected outputs that are to be written: collected first, so that either all of them are
 * what their cases agree on, or none is touched. */
#ifndef MICROTVM_QEMU_COMMANDS_REGRESS_UPDATE_GOLDEN_H
#define MICROTVM_QEMU_COMMANDS_REGRESS_UPDATE_GOLDEN_H

#include "base/error.h"
#include "client/tensor.h"
#include "commands/regress/update/agreement.h"
#include "regress/schedule.h"

#include <stdbool.h>
#include <stddef.h>

struct golden {
    const char *path;      /* the suite's */
    char *file;            /* that it leads to, by a name that it alone has. Owned */
    const char *case_name; /* that gave it: likewise */
    struct tensor tensor;  /* what the file is to hold. Owned */
    bool stays;            /* the file holds what matches it */
    char *change;          /* for people; owned */
    /* Of the cases that gave something else for it, beyond their tolerance, the last. */
    const char *other_case; /* NULL: there is none */
    char *difference;       /* for people; owned */
    struct allowance allowance;
};

struct goldens {
    struct golden *items;
    size_t count;
};

/* The case gave what is in the file OUTPUT for PATH. Errors: ERROR_USAGE: PATH is no .npy file, or
 * to be an .npz; those of npy_load. */
bool golden_take(struct goldens *goldens, const struct outcome *outcome, const char *path,
                 const char *output, struct error *err);

/* Do all cases agree on what is to be written, is that none of what a case of the suite reads, and
 * does no link lead to a folder that is not there? All that do not agree are told on stderr.
 * Errors: ERROR_USAGE. */
bool goldens_check(const struct goldens *goldens, const struct suite *suite, struct error *err);

/* What two cases gave for a file, "output.npy: case b gives something else ..."; NULL: they agree,
 * or there is no memory. A new string. */
char *golden_dispute(const struct golden *golden);

/* Write those that do not stay, with the folders that lead to them, and tell of each. Errors:
 * ERROR_SYSTEM. */
bool goldens_write(const struct goldens *goldens, struct error *err);

void goldens_dispose(struct goldens *goldens);

#endif
