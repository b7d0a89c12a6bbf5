#include "project/build/footprint.h"

#include "base/cleanup.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* One layout for both classes. */
struct section {
    uint32_t type;
    uint64_t flags;
    uint64_t size_bytes;
};

struct table {
    bool is_64;
    uint64_t offset_bytes;
    uint16_t entry_bytes;
    uint16_t count;
};

static bool read_header(FILE *file, struct table *table)
{
    union {
        unsigned char ident[EI_NIDENT];
        Elf32_Ehdr narrow;
        Elf64_Ehdr wide;
    } header = {.ident = {0}};
    if (fread(&header, 1, sizeof(header), file) != sizeof(header) ||
        memcmp(header.ident, ELFMAG, SELFMAG) != 0 || header.ident[EI_DATA] != ELFDATA2LSB)
        return false;
    table->is_64 = header.ident[EI_CLASS] == ELFCLASS64;
    table->offset_bytes = table->is_64 ? header.wide.e_shoff : header.narrow.e_shoff;
    table->entry_bytes = table->is_64 ? header.wide.e_shentsize : header.narrow.e_shentsize;
    table->count = table->is_64 ? header.wide.e_shnum : header.narrow.e_shnum;
    return table->entry_bytes == (table->is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
}

static bool read_section(FILE *file, const struct table *table, struct section *section)
{
    union {
        Elf32_Shdr narrow;
        Elf64_Shdr wide;
    } entry;
    if (fread(&entry, table->entry_bytes, 1, file) != 1)
        return false;
    if (table->is_64)
        *section = (struct section){entry.wide.sh_type, entry.wide.sh_flags, entry.wide.sh_size};
    else
        *section =
            (struct section){entry.narrow.sh_type, entry.narrow.sh_flags, entry.narrow.sh_size};
    return true;
}

static void add(const struct section *section, struct footprint *footprint)
{
    bool is_loaded = section->type != SHT_NOBITS;
    if (!(section->flags & SHF_ALLOC))
        return;
    if (is_loaded)
        footprint->flash_bytes += section->size_bytes;
    /* Thread-local variables without a value have room of their own, .tbss_space. */
    if ((section->flags & SHF_WRITE) && (is_loaded || !(section->flags & SHF_TLS)))
        footprint->ram_bytes += section->size_bytes;
}

bool footprint_read(const char *elf_path, struct footprint *ret_footprint, struct error *err)
{
    struct footprint footprint = {0};
    struct table table;
    cleanup_file FILE *file = fopen(elf_path, "rbe");
    if (!file)
        return error_set(err, ERROR_SYSTEM, errno, "%s", elf_path);
    bool good = read_header(file, &table) && fseek(file, (long)table.offset_bytes, SEEK_SET) == 0;
    for (unsigned i = 0; good && i < table.count; i++) {
        struct section section;
        good = read_section(file, &table, &section);
        if (good)
            add(&section, &footprint);
    }
    if (!good)
        return error_set(err, ERROR_SYSTEM, 0, "%s: not a whole ELF file", elf_path);
    *ret_footprint = footprint;
    return true;
}
