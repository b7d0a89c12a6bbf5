#include <stdint.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>
#include <tvm/runtime/crt/internal/memory/memory_map.h>

static struct memory_region *regions;

int memory_map_add(void *data, size_t size_bytes, void *array, enum memory_owner owner)
{
    static const char WHAT[] = "a note of memory in use";
    void *memory;
    int status = owner == MEMORY_OF_CLIENT
                     ? crt_allocate_temporary(sizeof(struct memory_region), WHAT, &memory)
                     : crt_allocate(sizeof(struct memory_region), WHAT, &memory);
    if (status != 0)
        return status;
    struct memory_region *region = memory;
    region->next = regions;
    region->data = data;
    region->size_bytes = size_bytes;
    region->array = array;
    region->owner = owner;
    regions = region;
    return 0;
}

void memory_map_remove(const void *data)
{
    for (struct memory_region **link = &regions; *link; link = &(*link)->next) {
        struct memory_region *region = *link;
        if (region->data == data) {
            *link = region->next;
            crt_free(region);
            return;
        }
    }
}

struct memory_region *memory_map_find(const void *data)
{
    struct memory_region *region = regions;
    while (region && region->data != data)
        region = region->next;
    return region;
}

struct memory_region *memory_map_find_array(const void *array)
{
    struct memory_region *region = regions;
    while (region && (!region->array || region->array != array))
        region = region->next;
    return region;
}

const struct memory_region *memory_map_holding(const void *data, size_t offset_bytes,
                                               size_t size_bytes)
{
    uintptr_t begin = (uintptr_t)data;
    if (offset_bytes > UINTPTR_MAX - begin)
        return NULL;
    begin += offset_bytes;
    for (const struct memory_region *region = regions; region; region = region->next) {
        uintptr_t region_begin = (uintptr_t)region->data;
        if (region->owner == MEMORY_OF_MODULE || begin < region_begin)
            continue;
        if (begin - region_begin <= region->size_bytes &&
            size_bytes <= region->size_bytes - (begin - region_begin))
            return region;
    }
    return NULL;
}
