#include "project/footprint/memory_use.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "project/footprint/elf.h"
#include "project/footprint/footprint.h"
#include "project/footprint/link_map.h"
#include "project/footprint/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const NAMES[MEMORY_PARTS_COUNT] = {
    [MEMORY_MODEL_CODE] = "model code",
    [MEMORY_CONSTANTS] = "constants",
    [MEMORY_WORKSPACE] = "workspace",
    [MEMORY_CMSIS_NN] = "CMSIS-NN",
    [MEMORY_EXTRA_FILES] = "extra files",
    [MEMORY_RUNTIME] = "runtime",
    [MEMORY_PLATFORM] = "platform",
    [MEMORY_LIBC] = "libc",
    [MEMORY_STACK] = "stack",
    [MEMORY_HEAP] = "heap",
};

/* ---- parts ---- */

struct counting {
    struct memory_use *use;
    const struct link_map *map;
    const char *project_dir;
};

static void add(const struct counting *counting, const struct elf_section *section,
                struct origin origin, uint64_t size_bytes)
{
    struct memory_part *parts = counting->use->parts;
    if (section->in_flash)
        parts[origin.flash].flash_bytes += size_bytes;
    const bool is_constant = section->has_values && !section->in_flash;
    if (section->in_ram)
        parts[is_constant ? origin.flash : origin.ram].ram_bytes += size_bytes;
}

/* Each piece reaches up to where the next one begins. */
static void add_section(const struct counting *counting, const struct elf_section *section)
{
    const struct link_map *map = counting->map;
    const uint64_t end = section->address + section->size_bytes;
    uint64_t at = section->address;
    struct origin origin = origin_of_section(section->name);
    bool is_first = true;
    for (size_t i = 0; i < map->count; i++) {
        const struct link_piece *piece = &map->pieces[i];
        if (strcmp(piece->output, section->name) != 0 || piece->address < at ||
            piece->address >= end)
            continue;
        struct origin next = origin_of_piece(piece, counting->project_dir);
        add(counting, section, is_first ? next : origin, piece->address - at);
        at = piece->address;
        origin = next;
        is_first = false;
    }
    add(counting, section, origin, end - at);
}

/* The linker's script has one section for all of the heap. */
static void split_heap(struct memory_part *parts, const struct memory_need *need)
{
    uint64_t heap_bytes = parts[MEMORY_HEAP].ram_bytes;
    uint64_t workspace_bytes =
        need->workspace_bytes < heap_bytes ? need->workspace_bytes : heap_bytes;
    parts[MEMORY_HEAP].ram_bytes -= workspace_bytes;
    parts[MEMORY_WORKSPACE].ram_bytes += workspace_bytes;
}

static void count_parts(const struct counting *counting, const struct elf *elf,
                        const struct memory_need *need)
{
    struct memory_use *use = counting->use;
    for (size_t i = 0; i < MEMORY_PARTS_COUNT; i++)
        use->parts[i].name = NAMES[i];
    for (size_t i = 0; i < elf->sections_count; i++)
        add_section(counting, &elf->sections[i]);
    split_heap(use->parts, need);
    for (size_t i = 0; i < MEMORY_PARTS_COUNT; i++) {
        use->flash_bytes += use->parts[i].flash_bytes;
        use->ram_bytes += use->parts[i].ram_bytes;
    }
}

/* ---- symbols ---- */

/* The largest first; of several names of one thing, the first of the alphabet. */
static int compare_symbols(const void *left, const void *right)
{
    const struct elf_symbol *a = left;
    const struct elf_symbol *b = right;
    if (a->size_bytes != b->size_bytes)
        return a->size_bytes > b->size_bytes ? -1 : 1;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return strcmp(a->name, b->name);
}

static bool is_in_memory(const struct elf_symbol *symbol)
{
    return symbol->is_thing && symbol->size_bytes > 0 && symbol->section &&
           (symbol->section->in_flash || symbol->section->in_ram);
}

static bool is_same_thing(const struct elf_symbol *a, const struct elf_symbol *b)
{
    return a->section == b->section && a->address == b->address && a->size_bytes == b->size_bytes;
}

static bool take_symbol(struct memory_use *use, const struct elf_symbol *symbol)
{
    char *name = strdup(symbol->name);
    if (name)
        use->symbols[use->symbols_count++] =
            (struct memory_symbol){name, symbol->size_bytes, symbol->section->in_ram};
    return name != NULL;
}

static bool list_symbols(struct memory_use *use, struct elf *elf, struct error *err)
{
    const struct elf_symbol *before = NULL;
    qsort(elf->symbols, elf->symbols_count, sizeof(*elf->symbols), compare_symbols);
    for (size_t i = 0; i < elf->symbols_count && use->symbols_count < MEMORY_SYMBOLS_MOST; i++) {
        const struct elf_symbol *symbol = &elf->symbols[i];
        if (!is_in_memory(symbol) || (before && is_same_thing(before, symbol)))
            continue;
        if (!take_symbol(use, symbol))
            return error_no_memory(err, "a symbol", strlen(symbol->name));
        before = symbol;
    }
    return true;
}

/* ---- a firmware ---- */

bool memory_use_read(const char *project_dir, const struct memory_need *need,
                     const struct regions *regions, struct memory_use *ret_use, struct error *err)
{
    __attribute__((cleanup(elf_dispose))) struct elf elf = {.data = NULL};
    __attribute__((cleanup(link_map_dispose))) struct link_map map = {.text = NULL};
    cleanup_free char *elf_path = file_path("%s/build/firmware.elf", project_dir);
    cleanup_free char *map_path = file_path("%s/build/firmware.map", project_dir);
    cleanup_free char *whole_dir = realpath(project_dir, NULL); /* as the linker was given it */
    struct memory_use use = {.symbols_count = 0};
    if (!whole_dir)
        return error_set(err, ERROR_SYSTEM, errno, "%s", project_dir);
    if (!elf_path || !map_path)
        return error_no_memory(err, "a path", strlen(project_dir));
    if (!elf_load(elf_path, &elf, err) || !link_map_load(map_path, &map, err))
        return false;
    if (!memory_marks_find(&elf, &use.marks, err))
        return error_wrap(err, "%s", elf_path);
    footprint_place(&elf, regions);
    const struct counting counting = {&use, &map, whole_dir};
    count_parts(&counting, &elf, need);
    if (!list_symbols(&use, &elf, err)) {
        memory_use_dispose(&use);
        return false;
    }
    *ret_use = use;
    return true;
}

void memory_use_dispose(struct memory_use *use)
{
    for (size_t i = 0; i < use->symbols_count; i++)
        free(use->symbols[i].name);
    use->symbols_count = 0;
}
