/* A firmware's file: its sections and symbols. */
#ifndef MICROTVM_QEMU_PROJECT_FOOTPRINT_ELF_H
#define MICROTVM_QEMU_PROJECT_FOOTPRINT_ELF_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_section {
    const char *name; /* in the file's data */
    uint64_t address;
    uint64_t size_bytes;
    bool has_values; /* in the file; else they are zero when the firmware starts */
    bool
        in_flash; /* takes flash: code, constants, initial values; or (footprint_place) RAM alone */
    bool in_ram;  /* takes RAM; one with initial values takes both */
};

struct elf_symbol {
    const char *name; /* in the file's data */
    uint64_t address;
    uint64_t size_bytes;
    const struct elf_section *section; /* NULL: none, as of a number */
    bool is_thing;                     /* a function or a variable */
    bool is_global;
};

struct elf {
    char *data;
    size_t size_bytes;
    struct elf_section *sections;
    size_t sections_count;
    struct elf_symbol *symbols;
    size_t symbols_count;
};

/* Of a little-endian ELF of 32 or 64 bits; one that is stripped has no symbols. elf_dispose is the
 * caller's. Errors: ERROR_SYSTEM (not to be read, no such ELF), ERROR_INTERNAL (memory). */
bool elf_load(const char *path, struct elf *ret_elf, struct error *err);

/* The global symbol of that name; NULL: there is none. */
const struct elf_symbol *elf_find(const struct elf *elf, const char *name);

/* Safe on a zeroed struct and twice. */
void elf_dispose(struct elf *elf);

#endif
