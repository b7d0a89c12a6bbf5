/* Whose a piece of a firmware is, by where its object file is from. */
#ifndef MICROTVM_QEMU_PROJECT_FOOTPRINT_ORIGIN_H
#define MICROTVM_QEMU_PROJECT_FOOTPRINT_ORIGIN_H

#include "project/footprint/link_map.h"
#include "project/footprint/memory_part.h"

/* A part for what it takes of flash, and one for what it takes of RAM. */
struct origin {
    enum memory_part_id flash;
    enum memory_part_id ram;
};

/* Files of the project are told by their folders (guest/'s), whether the linker was given their
 * whole path or that from PROJECT_DIR/build; all others are the toolchain's. */
struct origin origin_of_piece(const struct link_piece *piece, const char *project_dir);

/* Of a section that no object file has a part in: those that the linker's script makes. */
struct origin origin_of_section(const char *name);

#endif
