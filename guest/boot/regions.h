/* The board's memories, but for the one that holds the code (layout_flash_start). For the one file
 * of an architecture that protects them. */
#ifndef BOOT_REGIONS_H
#define BOOT_REGIONS_H

#include "boot/board_config.h"

#include <stdbool.h>
#include <stdint.h>

struct memory_region {
    uintptr_t start;
    uintptr_t size_bytes;
    bool is_writable;
};

static const struct memory_region memory_regions[] = {BOARD_MEMORY_REGIONS};

enum { MEMORY_REGIONS_COUNT = sizeof memory_regions / sizeof memory_regions[0] };

#endif
