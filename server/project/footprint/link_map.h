/* The linker's map: which object file each piece of a firmware came from. */
#ifndef MICROTVM_QEMU_PROJECT_FOOTPRINT_LINK_MAP_H
#define MICROTVM_QEMU_PROJECT_FOOTPRINT_LINK_MAP_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* One section of an object file. Names lie in the map's text. */
struct link_piece {
    const char *output;  /* the firmware's section that it is in: ".text" */
    const char *section; /* ".text.main" */
    const char *file;    /* as the linker was given it: "x.c.obj", "/usr/lib/libc.a(memcpy.o)" */
    uint64_t address;
};

struct link_map {
    char *text;
    struct link_piece *pieces; /* in their order in the firmware; some are empty */
    size_t count;
};

/* Of a map that GNU ld wrote. It says where pieces begin; the sizes in it count strings that were
 * merged with others', and so are left alone. Lines that are none of its pieces are skipped.
 * link_map_dispose is the caller's. Errors: ERROR_SYSTEM (not to be read), ERROR_INTERNAL
 * (memory). */
bool link_map_load(const char *path, struct link_map *ret_map, struct error *err);

/* Safe on a zeroed struct and twice. */
void link_map_dispose(struct link_map *map);

#endif
