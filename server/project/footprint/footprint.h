/* How much of a board's memory a firmware takes, by its ELF sections: those of
 * guest/link/firmware.ld. */
#ifndef MICROTVM_QEMU_PROJECT_FOOTPRINT_FOOTPRINT_H
#define MICROTVM_QEMU_PROJECT_FOOTPRINT_FOOTPRINT_H

#include "base/error.h"
#include "definition/regions.h"
#include "project/footprint/elf.h"

#include <stdbool.h>
#include <stdint.h>

struct footprint {
    uint64_t flash_bytes; /* code, constants, initial values */
    uint64_t ram_bytes; /* variables, stack, the heap that the model needs at least; and constants,
                         * where they are in a memory that can be written to */
    uint64_t region_bytes[REGIONS_MAX]; /* all of that by the board's memories */
};

/* Constants of a large model may lie in a memory that can be written to: then they take RAM, and no
 * flash. The sections of a firmware for a board with these memories are marked so. */
void footprint_place(struct elf *elf, const struct regions *regions);

/* Of a little-endian ELF of 32 or 64 bits for a board with these memories. Errors: ERROR_SYSTEM
 * (not to be read, no such ELF). */
bool footprint_read(const char *elf_path, const struct regions *regions,
                    struct footprint *ret_footprint, struct error *err);

#endif
