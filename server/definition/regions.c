#include "definition/regions.h"

#include "definition/field.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const use_names[REGION_USES] = {
    [REGION_CODE] = "code",
    [REGION_CONSTANTS] = "constants",
    [REGION_DATA] = "data",
    [REGION_WORKSPACE] = "workspace",
};

struct place {
    char path[FIELD_PATH_SIZE];
};

/* Of a region, or, where there is a key, of that member. */
static struct place place_of(size_t index, const char *key)
{
    struct place place;
    snprintf(place.path, sizeof(place.path), "memory.regions[%zu]%s%s", index, key ? "." : "",
             key ? key : "");
    return place;
}

const char *region_use_name(enum region_use use)
{
    return use_names[use];
}

bool region_is_read_only(const struct region *region)
{
    return !region->holds[REGION_DATA] && !region->holds[REGION_WORKSPACE];
}

/* ---- one region ---- */

/* It is part of the linker's script: no word of that has letters and digits alone and an underscore
 * in it. */
static bool is_region_name(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]))
        length++;
    return length > 0 && length < REGION_NAME_SIZE && isalpha((unsigned char)text[0]) &&
           text[length] == '\0';
}

static bool read_name(const cJSON *json, size_t index, struct region *region, struct error *err)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, "name");
    const char *name = cJSON_GetStringValue(value);
    if (!name || !is_region_name(name))
        return field_must_be(place_of(index, "name").path, value,
                             "a name of at most 31 letters and digits, a letter first", err);
    memcpy(region->name, name, strlen(name) + 1);
    return true;
}

static bool read_use(const cJSON *item, struct region *region)
{
    const char *name = cJSON_GetStringValue(item);
    for (unsigned use = 0; name && use < REGION_USES; use++) {
        if (strcmp(name, use_names[use]) != 0)
            continue;
        bool is_new = !region->holds[use];
        region->holds[use] = true;
        return is_new;
    }
    return false;
}

static bool read_holds(const cJSON *json, size_t index, struct region *region, struct error *err)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "holds");
    const cJSON *item = NULL;
    bool good = cJSON_IsArray(list) && cJSON_GetArraySize(list) > 0;
    cJSON_ArrayForEach(item, list)
    {
        good = good && read_use(item, region);
    }
    if (!good)
        return field_must_be(place_of(index, "holds").path, list,
                             "a list of \"code\", \"constants\", \"data\", \"workspace\", each at "
                             "most once",
                             err);
    if (region->holds[REGION_CODE] &&
        (region->holds[REGION_DATA] || region->holds[REGION_WORKSPACE]))
        return field_must_be(place_of(index, "holds").path, list,
                             "without data and workspace where it has code, which is read only: "
                             "make two regions of it",
                             err);
    return true;
}

static bool check_keys(const cJSON *json, size_t index, struct error *err)
{
    static const char *const keys[] = {"name", "origin", "size_bytes", "holds"};
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, json)
    {
        bool is_known = false;
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
            is_known = is_known || strcmp(item->string, keys[i]) == 0;
        if (!is_known)
            return error_set(err, ERROR_USAGE, 0, "\"%s\": no such field",
                             place_of(index, item->string).path);
    }
    return true;
}

static bool read_range(const cJSON *json, const char *path, uint64_t pointer_bytes,
                       struct region *region, struct error *err)
{
    char key[FIELD_PATH_SIZE];
    const cJSON *origin = cJSON_GetObjectItemCaseSensitive(json, "origin");
    const cJSON *size_bytes = cJSON_GetObjectItemCaseSensitive(json, "size_bytes");
    snprintf(key, sizeof(key), "%s.origin", path);
    if (!field_fits(origin, FIELD_ADDRESS))
        return field_wrong(key, origin, FIELD_ADDRESS, err);
    snprintf(key, sizeof(key), "%s.size_bytes", path);
    if (!field_fits(size_bytes, FIELD_SIZE))
        return field_wrong(key, size_bytes, FIELD_SIZE, err);
    region->origin = field_address(origin);
    region->size_bytes = field_size(size_bytes);
    uint64_t last_address = pointer_bytes == sizeof(uint64_t) ? UINT64_MAX : UINT32_MAX;
    if (region->origin <= last_address && region->size_bytes - 1 <= last_address - region->origin)
        return true;
    return error_set(err, ERROR_USAGE, 0,
                     "\"%s\": %" PRIu64 " bytes from 0x%" PRIx64
                     " on go beyond the last address, 0x%" PRIx64,
                     path, region->size_bytes, region->origin, last_address);
}

/* Where the linker begins; an odd address is no core's first vector. */
static bool check_origin(const cJSON *json, size_t index, const struct region *region,
                         struct error *err)
{
    enum { ALIGNMENT_BYTES = 16 };
    return region->origin % ALIGNMENT_BYTES == 0 ||
           field_must_be(place_of(index, "origin").path,
                         cJSON_GetObjectItemCaseSensitive(json, "origin"), "a multiple of 16", err);
}

static bool read_region(const cJSON *json, size_t index, uint64_t pointer_bytes,
                        struct region *region, struct error *err)
{
    if (!cJSON_IsObject(json))
        return field_must_be(place_of(index, NULL).path, json,
                             "an object with \"name\", \"origin\", \"size_bytes\" and \"holds\"",
                             err);
    return check_keys(json, index, err) && read_name(json, index, region, err) &&
           read_range(json, place_of(index, NULL).path, pointer_bytes, region, err) &&
           check_origin(json, index, region, err) && read_holds(json, index, region, err);
}

/* ---- all of them ---- */

static bool check_apart(const struct region *a, const struct region *b, struct error *err)
{
    const struct region *low = a->origin <= b->origin ? a : b;
    const struct region *high = low == a ? b : a;
    if (high->origin - low->origin >= low->size_bytes)
        return true;
    return error_set(err, ERROR_USAGE, 0,
                     "\"memory\": %s and %s overlap: %s begins at 0x%" PRIx64
                     ", where %s still goes on to 0x%" PRIx64,
                     a->name, b->name, high->name, high->origin, low->name,
                     low->origin + low->size_bytes - 1);
}

static bool check_pairs(const struct regions *regions, const struct region *devices,
                        struct error *err)
{
    for (size_t i = 0; i < regions->count; i++) {
        const struct region *region = &regions->items[i];
        if (!check_apart(region, devices, err))
            return false;
        for (size_t before = 0; before < i; before++) {
            if (strcmp(region->name, regions->items[before].name) == 0)
                return error_set(err, ERROR_USAGE, 0,
                                 "\"%s\" is \"%s\", which memory.regions[%zu] is called, too",
                                 place_of(i, "name").path, region->name, before);
            if (!check_apart(&regions->items[before], region, err))
                return false;
        }
    }
    return true;
}

static bool check_uses(const struct regions *regions, struct error *err)
{
    for (unsigned use = 0; use < REGION_USES; use++) {
        size_t count = 0;
        for (size_t i = 0; i < regions->count; i++)
            count += regions->items[i].holds[use];
        if (count == 0)
            return error_set(err, ERROR_USAGE, 0, "\"memory.regions\": none of them holds %s",
                             use_names[use]);
        if (use == REGION_CODE && count > 1)
            return error_set(err, ERROR_USAGE, 0,
                             "\"memory.regions\": %zu of them hold code, one may", count);
    }
    return true;
}

bool regions_read(const cJSON *memory, uint64_t pointer_bytes, struct regions *ret_regions,
                  struct error *err)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(memory, "regions");
    const cJSON *item = NULL;
    struct regions regions = {.count = 0};
    struct region devices = {.name = "devices"};
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) == 0 ||
        cJSON_GetArraySize(list) > REGIONS_MAX)
        return field_must_be("memory.regions", list, "a list of 1 to 6 regions", err);
    cJSON_ArrayForEach(item, list)
    {
        if (!read_region(item, regions.count, pointer_bytes, &regions.items[regions.count], err))
            return false;
        regions.count++;
    }
    if (!read_range(cJSON_GetObjectItemCaseSensitive(memory, "devices"), "memory.devices",
                    pointer_bytes, &devices, err) ||
        !check_uses(&regions, err) || !check_pairs(&regions, &devices, err))
        return false;
    *ret_regions = regions;
    return true;
}

const struct region *regions_code(const struct regions *regions)
{
    const struct region *region = regions->items;
    while (!region->holds[REGION_CODE])
        region++;
    return region;
}

static uint64_t sum_of(const struct regions *regions, bool are_read_only)
{
    uint64_t sum_bytes = 0;
    for (size_t i = 0; i < regions->count; i++)
        if (region_is_read_only(&regions->items[i]) == are_read_only)
            sum_bytes += regions->items[i].size_bytes;
    return sum_bytes;
}

uint64_t regions_read_only_bytes(const struct regions *regions)
{
    return sum_of(regions, true);
}

uint64_t regions_writable_bytes(const struct regions *regions)
{
    return sum_of(regions, false);
}
