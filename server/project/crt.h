/* The C runtime of a project: the one that the client gave, or the one that comes with this
 * program. */
#ifndef MICROTVM_QEMU_PROJECT_CRT_H
#define MICROTVM_QEMU_PROJECT_CRT_H

#include "base/error.h"
#include "project/manifest.h"

#include <stdbool.h>

struct crt_sources {
    const char *given_dir; /* NULL, "", missing or without a CRT: none is given */
    const char *share_dir; /* file_share_dir */
};

/* Make PROJECT/crt by the manifest's settings, and say there (its model is known) whose it is.
 * Errors: ERROR_USAGE (option crt=given, and none is given), ERROR_MODEL (the given one lacks what
 * the model, of the archive MODEL_PATH, needs), ERROR_SYSTEM. */
bool crt_add(const struct crt_sources *sources, const char *model_path, const char *project,
             struct manifest *manifest, struct error *err);

#endif
