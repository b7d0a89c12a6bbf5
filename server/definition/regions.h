/* The memories of a board, as the list "memory.regions" of its definition has them (every field is
 * described in qemu-machines/README.md). Their order is that of preference: what is fast and small
 * comes first. */
#ifndef MICROTVM_QEMU_DEFINITION_REGIONS_H
#define MICROTVM_QEMU_DEFINITION_REGIONS_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The least memory protection unit has eight places: one for the devices, one for the first bytes
 * at address 0. */
enum { REGIONS_MAX = 6, REGION_NAME_SIZE = 32 };

/* What a region may hold. */
enum region_use {
    REGION_CODE,      /* the firmware's code; read only, as all of such a region is */
    REGION_CONSTANTS, /* a model's constants: its parameters */
    REGION_DATA,      /* the stack and variables */
    REGION_WORKSPACE, /* a model's workspaces that were planned ahead, and the heap */
    REGION_USES,
};

struct region {
    char name[REGION_NAME_SIZE]; /* "PSRAM": letters and digits */
    uint64_t origin;
    uint64_t size_bytes;
    bool holds[REGION_USES];
};

struct regions {
    struct region items[REGIONS_MAX];
    size_t count;
};

/* Read and check "memory": its regions, and that its devices lie beside them. pointer_bytes: 4
 * or 8. Errors: ERROR_USAGE `"memory.regions[1].size_bytes" is 0, but must be a whole number, at
 * least 1`; for the caller to wrap with the file's name. */
bool regions_read(const cJSON *memory, uint64_t pointer_bytes, struct regions *ret_regions,
                  struct error *err);

/* "workspace" */
const char *region_use_name(enum region_use use);

/* Is what is in it to be read only? */
bool region_is_read_only(const struct region *region);

/* The one that code is in; regions_read sees to it that there is one. */
const struct region *regions_code(const struct regions *regions);

/* Those that are read only, together; and the others. */
uint64_t regions_read_only_bytes(const struct regions *regions);
uint64_t regions_writable_bytes(const struct regions *regions);

#endif
