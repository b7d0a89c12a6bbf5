/* How much of a board's memory a firmware takes, by its ELF sections: those of
 * guest/link/firmware.ld. */
#ifndef MICROTVM_QEMU_PROJECT_FOOTPRINT_FOOTPRINT_H
#define MICROTVM_QEMU_PROJECT_FOOTPRINT_FOOTPRINT_H

#include "base/error.h"
#include "definition/regions.h"

#include <stdbool.h>
#include <stdint.h>

struct footprint {
    uint64_t flash_bytes; /* code, constants, initial values */
    uint64_t ram_bytes;   /* variables, stack, and the heap that the model needs at least */
    uint64_t region_bytes[REGIONS_MAX]; /* all of that by the board's memories */
};

/* Of a little-endian ELF of 32 or 64 bits for a board with these memories. Errors: ERROR_SYSTEM
 * (not to be read, no such ELF). */
bool footprint_read(const char *elf_path, const struct regions *regions,
                    struct footprint *ret_footprint, struct error *err);

#endif
