#include "project/footprint/footprint.h"

static bool is_writable_at(const struct regions *regions, uint64_t address)
{
    for (size_t i = 0; i < regions->count; i++) {
        const struct region *region = &regions->items[i];
        if (address >= region->origin && address - region->origin < region->size_bytes)
            return !region_is_read_only(region);
    }
    return false;
}

void footprint_place(struct elf *elf, const struct regions *regions)
{
    for (size_t i = 0; i < elf->sections_count; i++) {
        struct elf_section *section = &elf->sections[i];
        if (!section->in_flash || section->in_ram || !is_writable_at(regions, section->address))
            continue;
        section->in_flash = false;
        section->in_ram = true;
    }
}

/* Where a core begins may be in none of them. */
static void add_to_region(uint64_t address, uint64_t size_bytes, const struct regions *regions,
                          struct footprint *footprint)
{
    for (size_t i = 0; i < regions->count; i++) {
        const struct region *region = &regions->items[i];
        if (address >= region->origin && address - region->origin < region->size_bytes)
            footprint->region_bytes[i] += size_bytes;
    }
}

static void add(const struct elf_section *section, const struct regions *regions,
                struct footprint *footprint)
{
    footprint->flash_bytes += section->in_flash ? section->size_bytes : 0;
    footprint->ram_bytes += section->in_ram ? section->size_bytes : 0;
    if (section->in_flash && section->in_ram) /* values of variables are with the code */
        add_to_region(regions_code(regions)->origin, section->size_bytes, regions, footprint);
    if (section->in_flash || section->in_ram)
        add_to_region(section->address, section->size_bytes, regions, footprint);
}

bool footprint_read(const char *elf_path, const struct regions *regions,
                    struct footprint *ret_footprint, struct error *err)
{
    struct footprint footprint = {0};
    struct elf elf;
    if (!elf_load(elf_path, &elf, err))
        return false;
    footprint_place(&elf, regions);
    for (size_t i = 0; i < elf.sections_count; i++)
        add(&elf.sections[i], regions, &footprint);
    elf_dispose(&elf);
    *ret_footprint = footprint;
    return true;
}
