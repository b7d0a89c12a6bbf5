#include "project/footprint/footprint.h"

#include "project/footprint/elf.h"

bool footprint_read(const char *elf_path, struct footprint *ret_footprint, struct error *err)
{
    struct footprint footprint = {0};
    struct elf elf;
    if (!elf_load(elf_path, &elf, err))
        return false;
    for (size_t i = 0; i < elf.sections_count; i++) {
        const struct elf_section *section = &elf.sections[i];
        footprint.flash_bytes += section->in_flash ? section->size_bytes : 0;
        footprint.ram_bytes += section->in_ram ? section->size_bytes : 0;
    }
    elf_dispose(&elf);
    *ret_footprint = footprint;
    return true;
}
