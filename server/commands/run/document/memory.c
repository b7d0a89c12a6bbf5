#include "commands/run/document/sections.h"

#include "commands/document/value.h"

static cJSON *region_of(uint64_t size_bytes, uint64_t used_bytes)
{
    cJSON *object = cJSON_CreateObject();
    return document_finish(
        object, object && document_add(object, "size_bytes", document_size(size_bytes)) &&
                    document_add(object, "used_bytes", document_size(used_bytes)));
}

static cJSON *part_of(const struct memory_part *part)
{
    cJSON *object = cJSON_CreateObject();
    bool good = object && document_add(object, "name", document_text(part->name)) &&
                document_add(object, "flash_bytes", document_size(part->flash_bytes)) &&
                document_add(object, "ram_bytes", document_size(part->ram_bytes));
    return document_finish(object, good);
}

static cJSON *symbol_of(const struct memory_symbol *symbol)
{
    cJSON *object = cJSON_CreateObject();
    bool good = object && document_add(object, "name", document_text(symbol->name)) &&
                document_add(object, "size_bytes", document_size(symbol->size_bytes)) &&
                document_add(object, "memory", document_text(symbol->in_ram ? "ram" : "flash"));
    return document_finish(object, good);
}

static cJSON *parts_of(const struct memory_use *use)
{
    cJSON *array = cJSON_CreateArray();
    bool good = array != NULL;
    for (size_t i = 0; good && i < MEMORY_PARTS_COUNT; i++) {
        cJSON *part = part_of(&use->parts[i]);
        good = part && cJSON_AddItemToArray(array, part);
    }
    return document_finish(array, good);
}

static cJSON *symbols_of(const struct memory_use *use)
{
    cJSON *array = cJSON_CreateArray();
    bool good = array != NULL;
    for (size_t i = 0; good && i < use->symbols_count; i++) {
        cJSON *symbol = symbol_of(&use->symbols[i]);
        good = symbol && cJSON_AddItemToArray(array, symbol);
    }
    return document_finish(array, good);
}

static cJSON *peak_of(const struct run_memory *memory)
{
    if (!memory->is_measured)
        return cJSON_CreateNull();
    cJSON *object = cJSON_CreateObject();
    bool good = object &&
                document_add(object, "stack_bytes", document_size(memory->stack_peak_bytes)) &&
                document_add(object, "heap_bytes", document_size(memory->heap_peak_bytes));
    return document_finish(object, good);
}

cJSON *section_memory(const struct run_memory *memory, const struct machine *machine)
{
    const struct memory_use *use = &memory->use;
    cJSON *object = cJSON_CreateObject();
    bool good =
        object &&
        document_add(object, "flash",
                     region_of(regions_read_only_bytes(&machine->regions), use->flash_bytes)) &&
        document_add(object, "ram",
                     region_of(regions_writable_bytes(&machine->regions), use->ram_bytes)) &&
        document_add(object, "parts", parts_of(use)) &&
        document_add(object, "largest_symbols", symbols_of(use)) &&
        document_add(object, "peak", peak_of(memory));
    return document_finish(object, good);
}
