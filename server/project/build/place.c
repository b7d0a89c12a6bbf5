#include "project/build/place.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "project/build/part_sizes.h"
#include "project/fit.h"

#include <stdlib.h>
#include <string.h>

bool place_anew(const char *project_dir, struct manifest *manifest, struct parts *linked,
                struct error *err)
{
    struct error ignored;
    struct parts sizes;
    struct part_regions placement = {.names = {""}};
    cleanup_free char *map_path = file_path("%s/build/firmware.map", project_dir);
    if (!map_path || !part_sizes_read(map_path, &manifest->placement, &sizes, &ignored))
        return false;
    for (unsigned part = 0; part < PARTS; part++)
        if (sizes.bytes[part] > linked->bytes[part])
            linked->bytes[part] = sizes.bytes[part];
    if (!fit_linked(project_dir, manifest, &manifest->need, linked, &placement, err) ||
        memcmp(&placement, &manifest->placement, sizeof(placement)) == 0)
        return false;
    manifest->placement = placement;
    return true;
}
