/* The smallest real project: start-up code, drivers and C library of a board, C and C++ as TVM
 * writes it, no runtime. What doctor builds and boots, so that its word and a project's build
 * can't differ. */
#ifndef MICROTVM_QEMU_COMMANDS_DOCTOR_SAMPLE_H
#define MICROTVM_QEMU_COMMANDS_DOCTOR_SAMPLE_H

#include "base/child.h"
#include "base/deadline.h"
#include "base/error.h"
#include "board/machine.h"

struct sample {
    const char *share_dir;             /* as file_share_dir finds it */
    const struct machine *board;       /* one of share_dir's */
    const char *dir;                   /* the project goes here; must not exist yet */
    const struct interrupt *interrupt; /* of these four nothing is owned */
    child_line_fn on_line;             /* every line of the build's output */
    void *context;
};

/* Makes the project and builds it: about half a second with two cores, less with a warm compiler
 * cache. Errors: as build_project's, the tool's own lines with them. */
bool sample_build(const struct sample *sample, struct error *err);

/* Boots what was built, until it has run its code and said so. Errors: as board_flash's. */
bool sample_boot(const struct sample *sample, struct error *err);

#endif
