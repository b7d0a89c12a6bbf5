/* What takes a board's memory: a built firmware by part, its largest symbols, and where it will
 * leave what it used of stack and heap.
 *
 * Of the sections of the firmware, the linker's map tells which object file each byte is from, and
 * an object's place in the project whose it is. What was filled in for alignment goes with what
 * stands in front of it. So the parts add up to what footprint_read says, to the byte. */
#ifndef MICROTVM_QEMU_PROJECT_FOOTPRINT_MEMORY_USE_H
#define MICROTVM_QEMU_PROJECT_FOOTPRINT_MEMORY_USE_H

#include "base/error.h"
#include "definition/regions.h"
#include "memory/need.h"
#include "project/footprint/marks.h"
#include "project/footprint/memory_part.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memory_symbol {
    char *name; /* as compiled; may be anything where the model's code names it */
    uint64_t size_bytes;
    bool in_ram; /* else in flash; a variable with an initial value takes both */
};

enum { MEMORY_SYMBOLS_MOST = 20 };

struct memory_use {
    struct memory_part parts[MEMORY_PARTS_COUNT]; /* all of them, empty ones too */
    uint64_t flash_bytes;                         /* their sums */
    uint64_t ram_bytes;
    /* Functions and variables, the largest first, at most MEMORY_SYMBOLS_MOST. */
    struct memory_symbol symbols[MEMORY_SYMBOLS_MOST];
    size_t symbols_count;
    struct memory_marks marks;
};

/* Of the project whose firmware was built last in PROJECT_DIR/build; need is its model's, as
 * build_project told, and regions are the board's memories. The same firmware gives the same
 * answer. memory_use_dispose is the caller's. Errors: ERROR_SYSTEM (firmware or map not to be
 * read), ERROR_INTERNAL (memory; marks.h). */
bool memory_use_read(const char *project_dir, const struct memory_need *need,
                     const struct regions *regions, struct memory_use *ret_use, struct error *err);

/* Safe on a zeroed struct and twice. */
void memory_use_dispose(struct memory_use *use);

#endif
