/* Does a firmware fit a board? Before it is built, by what its model is sure to need; afterwards by
 * the linker's figures. */
#ifndef MICROTVM_QEMU_PROJECT_FIT_H
#define MICROTVM_QEMU_PROJECT_FIT_H

#include "base/error.h"
#include "definition/placement.h"
#include "memory/need.h"
#include "project/manifest.h"

#include <stdbool.h>
#include <stdint.h>

/* What the project's model needs on the project's board. has_device_graph: the board's graph
 * executor runs a graph, and not the host's. Errors: ERROR_USAGE (a board's definition is
 * malformed), ERROR_MODEL, ERROR_SYSTEM, ERROR_INTERNAL. */
bool fit_need(const char *project_dir, const struct manifest *manifest, bool has_device_graph,
              struct memory_need *ret_need, struct error *err);

/* Is it possible that this board holds it, and which part of the firmware goes into which of its
 * memories then? Errors: ERROR_BUILD: what the model needs at least of each memory that is too
 * small, what the board has, what can be done, and which boards would hold it; or that the option
 * workspace_size_bytes is too small. Others as above. */
bool fit_check(const char *project_dir, const struct manifest *manifest,
               const struct memory_need *need, struct part_regions *ret_placement,
               struct error *err);

/* The same, by what the linker has counted. */
bool fit_linked(const char *project_dir, const struct manifest *manifest,
                const struct memory_need *need, const struct parts *linked,
                struct part_regions *ret_placement, struct error *err);

#endif
