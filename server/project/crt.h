/* The C runtime of a project: the one that the client gave, or the one that comes with this
 * program. */
#ifndef MICROTVM_QEMU_PROJECT_CRT_H
#define MICROTVM_QEMU_PROJECT_CRT_H

#include "base/error.h"
#include "project/generate.h"
#include "project/manifest.h"

#include <stdbool.h>

/* Make PROJECT/crt, and say in the manifest (whose model is known) whose it is. Errors: ERROR_USAGE
 * (option crt=given, and none is given), ERROR_MODEL (the given one lacks what the model needs),
 * ERROR_SYSTEM. */
bool crt_add(const struct generate_options *options, const char *project, struct manifest *manifest,
             struct error *err);

#endif
