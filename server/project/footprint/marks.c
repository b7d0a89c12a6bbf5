#include "project/footprint/marks.h"

/* guest/boot/layout.h */
enum { PAINT = 0xa5 };

static bool find(const struct elf *elf, const char *name, uint64_t *ret_address, struct error *err)
{
    const struct elf_symbol *symbol = elf_find(elf, name);
    if (!symbol)
        return error_set(err, ERROR_INTERNAL, 0, "the firmware has no symbol \"%s\"", name);
    *ret_address = symbol->address;
    return true;
}

bool memory_marks_find(const struct elf *elf, struct memory_marks *ret_marks, struct error *err)
{
    uint64_t bottom = 0;
    uint64_t top = 0;
    uint64_t heap = 0;
    if (!find(elf, "layout_stack_bottom", &bottom, err) ||
        !find(elf, "layout_stack_top", &top, err) || !find(elf, "platform_heap", &heap, err))
        return false;
    *ret_marks = (struct memory_marks){
        .stack_address = bottom, .stack_size_bytes = top - bottom, .heap_most_address = heap};
    return true;
}

size_t memory_stack_used_bytes(const uint8_t *stack, size_t size_bytes)
{
    size_t free_bytes = 0;
    while (free_bytes < size_bytes && stack[free_bytes] == PAINT)
        free_bytes++;
    return size_bytes - free_bytes;
}
