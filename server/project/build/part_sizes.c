#include "project/build/part_sizes.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "memory/heap_block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_MAX_BYTES = 256 * 1024 * 1024, NAME_SIZE = 32 };

/* Variables that have initial values lie where the code is, too. */
static const struct {
    const char *name;
    enum part part;
    bool has_values;
} sections[] = {
    {".text", PART_CODE, false},
    {".constants", PART_CONSTANTS, false},
    {".stack", PART_DATA, false},
    {".noinit", PART_DATA, false},
    {".data", PART_DATA, true},
    {".tdata", PART_DATA, true},
    {".tbss_space", PART_DATA, false},
    {".bss", PART_DATA, false},
    {".workspace", PART_WORKSPACE, false},
    {".heap", PART_HEAP, false},
};

struct reading {
    const struct part_regions *placement;
    uint64_t ends[PARTS]; /* where a part's region is used up to; of several parts, of the first */
    struct parts parts;
};

/* Where the region is used up to that the part is in. */
static uint64_t *end_of(struct reading *reading, enum part part)
{
    const struct part_regions *placement = reading->placement;
    unsigned first = 0;
    while (strcmp(placement->names[first], placement->names[part]) != 0)
        first++;
    return &reading->ends[first];
}

/* ".text           0x00000000     0x5a10"; where the name is long, the numbers are on the next
 * line. */
static void add_section(const char *line, struct reading *reading)
{
    char name[NAME_SIZE];
    unsigned long long address = 0;
    unsigned long long size_bytes = 0;
    if (sscanf(line, "%31s %llx %llx", name, &address, &size_bytes) != 3 || size_bytes == 0)
        return;
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        if (strcmp(name, sections[i].name) != 0)
            continue;
        uint64_t *end = end_of(reading, sections[i].part);
        if (*end > 0 && address > *end)
            reading->parts.bytes[sections[i].part] += address - *end;
        *end = address + size_bytes;
        reading->parts.bytes[sections[i].part] += size_bytes;
        if (sections[i].has_values)
            reading->parts.bytes[PART_CODE] += memory_aligned(size_bytes);
    }
}

bool part_sizes_read(const char *path, const struct part_regions *placement,
                     struct parts *ret_parts, struct error *err)
{
    cleanup_free char *text = NULL;
    struct reading reading = {.placement = placement};
    if (!file_read(path, MAP_MAX_BYTES, &text, NULL, err))
        return false;
    const char *line = strstr(text, "\nLinker script and memory map\n");
    if (!line)
        return error_set(err, ERROR_USAGE, 0, "%s: not a linker's map", path);
    for (; line; line = strchr(line, '\n')) {
        line++;
        if (*line == '.')
            add_section(line, &reading);
    }
    *ret_parts = reading.parts;
    return true;
}
