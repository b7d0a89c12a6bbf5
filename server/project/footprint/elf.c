#include "project/footprint/elf.h"

#include "base/file.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

static const size_t MAX_ELF_BYTES = (size_t)1 << 32; /* constants may take GiBs */

/* One layout for both classes. */
struct header {
    uint32_t name;
    uint32_t type;
    uint64_t flags;
    uint64_t address;
    uint64_t offset;
    uint64_t size_bytes;
    uint32_t link;
};

struct table {
    bool is_64;
    uint64_t offset;
    size_t entry_bytes;
    size_t count;
    size_t names; /* the section that holds their names */
    uint64_t segments_offset;
    size_t segments_count;
};

/* size_bytes of the file from offset on; NULL: it has not so many. */
static const char *at(const struct elf *elf, uint64_t offset, uint64_t size_bytes)
{
    if (offset > elf->size_bytes || size_bytes > elf->size_bytes - offset)
        return NULL;
    return elf->data + offset;
}

static bool read_table(const struct elf *elf, struct table *table)
{
    Elf32_Ehdr narrow;
    Elf64_Ehdr wide;
    if (elf->size_bytes < sizeof(wide) || memcmp(elf->data, ELFMAG, SELFMAG) != 0 ||
        elf->data[EI_DATA] != ELFDATA2LSB)
        return false;
    memcpy(&narrow, elf->data, sizeof(narrow));
    memcpy(&wide, elf->data, sizeof(wide));
    table->is_64 = elf->data[EI_CLASS] == ELFCLASS64;
    table->offset = table->is_64 ? wide.e_shoff : narrow.e_shoff;
    table->entry_bytes = table->is_64 ? wide.e_shentsize : narrow.e_shentsize;
    table->count = table->is_64 ? wide.e_shnum : narrow.e_shnum;
    table->names = table->is_64 ? wide.e_shstrndx : narrow.e_shstrndx;
    table->segments_offset = table->is_64 ? wide.e_phoff : narrow.e_phoff;
    table->segments_count = table->is_64 ? wide.e_phnum : narrow.e_phnum;
    size_t segment_bytes = table->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    return table->entry_bytes == (table->is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr)) &&
           at(elf, table->offset, table->count * table->entry_bytes) &&
           at(elf, table->segments_offset, table->segments_count * segment_bytes);
}

static struct header read_header(const struct elf *elf, const struct table *table, size_t index)
{
    const char *from = elf->data + table->offset + index * table->entry_bytes;
    Elf32_Shdr narrow;
    Elf64_Shdr wide;
    if (table->is_64) {
        memcpy(&wide, from, sizeof(wide));
        return (struct header){wide.sh_name,   wide.sh_type, wide.sh_flags, wide.sh_addr,
                               wide.sh_offset, wide.sh_size, wide.sh_link};
    }
    memcpy(&narrow, from, sizeof(narrow));
    return (struct header){narrow.sh_name,   narrow.sh_type, narrow.sh_flags, narrow.sh_addr,
                           narrow.sh_offset, narrow.sh_size, narrow.sh_link};
}

/* A name in a table of strings; "" where it is not a whole one. */
static const char *name_in(const struct elf *elf, const struct table *table, size_t strings,
                           uint32_t offset)
{
    if (strings >= table->count)
        return "";
    struct header header = read_header(elf, table, strings);
    const char *text = header.type == SHT_STRTAB ? at(elf, header.offset, header.size_bytes) : NULL;
    if (!text || offset >= header.size_bytes ||
        !memchr(text + offset, '\0', header.size_bytes - offset))
        return "";
    return text + offset;
}

static Elf64_Phdr read_segment(const struct elf *elf, const struct table *table, size_t index)
{
    const char *from = elf->data + table->segments_offset;
    Elf32_Phdr narrow;
    Elf64_Phdr wide;
    if (table->is_64) {
        memcpy(&wide, from + index * sizeof(wide), sizeof(wide));
        return wide;
    }
    memcpy(&narrow, from + index * sizeof(narrow), sizeof(narrow));
    return (Elf64_Phdr){.p_type = narrow.p_type,
                        .p_offset = narrow.p_offset,
                        .p_paddr = narrow.p_paddr,
                        .p_filesz = narrow.p_filesz};
}

/* Is a section used where its values are loaded to? Constants are, though compilers call some of
 * them writable; start-up copies the values of variables. */
static bool stays(const struct elf *elf, const struct table *table, const struct header *section)
{
    for (size_t i = 0; i < table->segments_count; i++) {
        Elf64_Phdr segment = read_segment(elf, table, i);
        if (segment.p_type == PT_LOAD && section->offset >= segment.p_offset &&
            section->offset - segment.p_offset < segment.p_filesz)
            return segment.p_paddr + (section->offset - segment.p_offset) == section->address;
    }
    return false;
}

static bool read_sections(struct elf *elf, const struct table *table)
{
    elf->sections = calloc(table->count + 1, sizeof(*elf->sections));
    if (!elf->sections)
        return false;
    for (size_t i = 0; i < table->count; i++) {
        struct header header = read_header(elf, table, i);
        bool is_allocated = header.flags & SHF_ALLOC;
        bool has_values = header.type != SHT_NOBITS;
        elf->sections[elf->sections_count++] = (struct elf_section){
            .name = name_in(elf, table, table->names, header.name),
            .address = header.address,
            .size_bytes = header.size_bytes,
            .has_values = has_values,
            .in_flash = is_allocated && has_values,
            /* Thread-local variables without a value have room of their own, .tbss_space. */
            .in_ram = is_allocated && (header.flags & SHF_WRITE) &&
                      (has_values ? !stays(elf, table, &header) : !(header.flags & SHF_TLS)),
        };
    }
    return true;
}

static void add_symbol(struct elf *elf, const struct table *table, size_t strings, const char *from)
{
    Elf32_Sym narrow = {0};
    Elf64_Sym wide = {0};
    if (table->is_64)
        memcpy(&wide, from, sizeof(wide));
    else
        memcpy(&narrow, from, sizeof(narrow));
    unsigned char info = table->is_64 ? wide.st_info : narrow.st_info;
    unsigned char type = ELF64_ST_TYPE(info);
    size_t section = table->is_64 ? wide.st_shndx : narrow.st_shndx;
    elf->symbols[elf->symbols_count++] = (struct elf_symbol){
        .name = name_in(elf, table, strings, table->is_64 ? wide.st_name : narrow.st_name),
        .address = table->is_64 ? wide.st_value : narrow.st_value,
        .size_bytes = table->is_64 ? wide.st_size : narrow.st_size,
        .section = section > 0 && section < elf->sections_count ? &elf->sections[section] : NULL,
        .is_thing = type == STT_FUNC || type == STT_OBJECT || type == STT_TLS,
        .is_global = ELF64_ST_BIND(info) == STB_GLOBAL,
    };
}

static bool read_symbols(struct elf *elf, const struct table *table)
{
    const size_t entry_bytes = table->is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
    for (size_t i = 0; i < table->count && !elf->symbols; i++) {
        struct header header = read_header(elf, table, i);
        const char *from = at(elf, header.offset, header.size_bytes);
        if (header.type != SHT_SYMTAB || !from)
            continue;
        size_t count = header.size_bytes / entry_bytes;
        elf->symbols = calloc(count + 1, sizeof(*elf->symbols));
        if (!elf->symbols)
            return false;
        for (size_t n = 0; n < count; n++)
            add_symbol(elf, table, header.link, from + n * entry_bytes);
    }
    return true;
}

bool elf_load(const char *path, struct elf *ret_elf, struct error *err)
{
    struct elf elf = {.data = NULL};
    struct table table;
    if (!file_read(path, MAX_ELF_BYTES, &elf.data, &elf.size_bytes, err))
        return false;
    if (!read_table(&elf, &table)) {
        elf_dispose(&elf);
        return error_set(err, ERROR_SYSTEM, 0, "%s: not a whole ELF file", path);
    }
    if (!read_sections(&elf, &table) || !read_symbols(&elf, &table)) {
        elf_dispose(&elf);
        return error_no_memory(err, "a firmware's symbols", elf.size_bytes);
    }
    *ret_elf = elf;
    return true;
}

const struct elf_symbol *elf_find(const struct elf *elf, const char *name)
{
    for (size_t i = 0; i < elf->symbols_count; i++)
        if (elf->symbols[i].is_global && strcmp(elf->symbols[i].name, name) == 0)
            return &elf->symbols[i];
    return NULL;
}

void elf_dispose(struct elf *elf)
{
    free(elf->symbols);
    free(elf->sections);
    free(elf->data);
    *elf = (struct elf){.data = NULL};
}
