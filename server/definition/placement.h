/* Which part of a firmware goes into which region of a board's memory. */
#ifndef MICROTVM_QEMU_DEFINITION_PLACEMENT_H
#define MICROTVM_QEMU_DEFINITION_PLACEMENT_H

#include "definition/regions.h"

/* Each is in one region, in one piece. Of those in the same region this is the order. */
enum part {
    PART_CODE,      /* and the initial values of data */
    PART_CONSTANTS, /* the model's */
    PART_DATA,      /* stack, variables, tensors of a model that no host drives */
    PART_WORKSPACE, /* that was planned ahead */
    PART_HEAP,      /* at least; it gets what is left of its region */
    PARTS,
};

struct parts {
    uint64_t bytes[PARTS];
};

struct placement {
    size_t region[PARTS]; /* in regions.items */
    uint64_t used_bytes[REGIONS_MAX];
    uint64_t excess_bytes; /* by how much regions are too small, together; 0: all has its place */
};

/* The first, in the order of the regions, in which all parts have their place; the heap is where
 * most is left. Where there is none, the first of those that lack least. Each part is less than
 * 2^60 bytes. */
void placement_find(const struct regions *regions, const struct parts *parts,
                    struct placement *ret_placement);

/* "constants" */
const char *part_name(enum part part);

#endif
