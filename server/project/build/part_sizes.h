/* How large the parts of a firmware are, by the map that the linker writes also where they do not
 * fit: its output sections are those of guest/link/firmware.ld. */
#ifndef MICROTVM_QEMU_PROJECT_BUILD_PART_SIZES_H
#define MICROTVM_QEMU_PROJECT_BUILD_PART_SIZES_H

#include "base/error.h"
#include "definition/placement.h"
#include "project/manifest.h"

#include <stdbool.h>

/* Of a firmware that was linked with this placement; what is filled in in front of a section, for
 * its alignment, is its part's. Errors: ERROR_SYSTEM (not to be read), ERROR_USAGE (no map, or
 * larger than 256 MiB). */
bool part_sizes_read(const char *path, const struct part_regions *placement,
                     struct parts *ret_parts, struct error *err);

#endif
