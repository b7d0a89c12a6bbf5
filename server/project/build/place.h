/* Another place for the parts of a firmware that do not fit where they were counted to. */
#ifndef MICROTVM_QEMU_PROJECT_BUILD_PLACE_H
#define MICROTVM_QEMU_PROJECT_BUILD_PLACE_H

#include "base/error.h"
#include "definition/placement.h"
#include "project/manifest.h"

#include <stdbool.h>

/* The firmware of PROJECT_DIR was linked with manifest->placement, and a memory overflowed: all
 * sizes are known by now, from PROJECT_DIR/build. True: the manifest has another placement. False:
 * there is none, and err says what does not fit; where the linker left no sizes, or they are no
 * reason, err is as it was. Sizes in linked, 0 before the first call for a build, only grow from
 * one link to the next, so that no placement comes twice. */
bool place_anew(const char *project_dir, struct manifest *manifest, struct parts *linked,
                struct error *err);

#endif
