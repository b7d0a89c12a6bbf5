/* A share folder, a model archive and a place for a project, all small and made by the test. */
#ifndef MICROTVM_QEMU_TESTS_GENERATE_FIXTURE_H
#define MICROTVM_QEMU_TESTS_GENERATE_FIXTURE_H

#include "base/error.h"
#include "project/generate.h"

extern struct error err;
extern struct settings settings;        /* board is "first" */
extern struct generate_options options; /* of settings; SCRATCH/m.tar to SCRATCH/in/project */

extern const char GENERATE_BOARD[]; /* the definition of each board there */

/* A checked fixture, with scratch_remove. */
void generate_setup(void);

/* Succeeds, or the test fails. */
void generate(void);

/* Refused with that kind and text, and the folder in which the project should be is as it was. */
void refused(enum error_kind kind, const char *why);

/* SCRATCH/NAME in a buffer of its own: places 4 and 5 are the test's. */
const char *kept(int place, const char *name);

#endif
