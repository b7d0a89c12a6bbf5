#include "definition/placement.h"

static const struct {
    const char *name;
    enum region_use use;
} part_table[PARTS] = {
    [PART_CODE] = {"code", REGION_CODE},      [PART_CONSTANTS] = {"constants", REGION_CONSTANTS},
    [PART_DATA] = {"data", REGION_DATA},      [PART_WORKSPACE] = {"workspace", REGION_WORKSPACE},
    [PART_HEAP] = {"heap", REGION_WORKSPACE},
};

const char *part_name(enum part part)
{
    return part_table[part].name;
}

static uint64_t excess_bytes(const struct regions *regions, const struct placement *placement)
{
    uint64_t sum_bytes = 0;
    for (size_t i = 0; i < regions->count; i++)
        if (placement->used_bytes[i] > regions->items[i].size_bytes)
            sum_bytes += placement->used_bytes[i] - regions->items[i].size_bytes;
    return sum_bytes;
}

static int64_t left_bytes(const struct regions *regions, const struct placement *placement,
                          size_t region)
{
    return (int64_t)regions->items[region].size_bytes - (int64_t)placement->used_bytes[region];
}

static void place_heap(const struct regions *regions, struct placement *placement)
{
    size_t best = REGIONS_MAX;
    for (size_t i = 0; i < regions->count; i++)
        if (regions->items[i].holds[part_table[PART_HEAP].use] &&
            (best == REGIONS_MAX ||
             left_bytes(regions, placement, i) > left_bytes(regions, placement, best)))
            best = i;
    placement->region[PART_HEAP] = best;
}

/* Go on to the next way to place what comes before the heap, the last part's region first; false:
 * that was the last one. */
static bool next(const struct regions *regions, struct placement *placement)
{
    for (int part = PART_HEAP - 1; part >= 0; part--) {
        size_t region = placement->region[part] + 1;
        while (region < regions->count && !regions->items[region].holds[part_table[part].use])
            region++;
        placement->region[part] = region;
        if (region < regions->count)
            return true;
        placement->region[part] = 0;
        while (!regions->items[placement->region[part]].holds[part_table[part].use])
            placement->region[part]++;
    }
    return false;
}

static void count(const struct regions *regions, const struct parts *parts,
                  struct placement *placement)
{
    for (size_t i = 0; i < regions->count; i++)
        placement->used_bytes[i] = 0;
    for (int part = 0; part < PART_HEAP; part++)
        placement->used_bytes[placement->region[part]] += parts->bytes[part];
    place_heap(regions, placement);
    placement->used_bytes[placement->region[PART_HEAP]] += parts->bytes[PART_HEAP];
    placement->excess_bytes = excess_bytes(regions, placement);
}

/* A few hundred ways at most: each is looked at. */
void placement_find(const struct regions *regions, const struct parts *parts,
                    struct placement *ret_placement)
{
    struct placement placement = {.excess_bytes = 0};
    for (int part = 0; part < PART_HEAP; part++)
        while (!regions->items[placement.region[part]].holds[part_table[part].use])
            placement.region[part]++;
    count(regions, parts, &placement);
    *ret_placement = placement;
    while (ret_placement->excess_bytes > 0 && next(regions, &placement)) {
        count(regions, parts, &placement);
        if (placement.excess_bytes < ret_placement->excess_bytes)
            *ret_placement = placement;
    }
}
