#include "sources/symbols_table.h"

#include "base/cleanup.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = -1, BUCKETS = 16384 };

/* One of many in a list of its own; lists are chained by index, since the array moves. */
struct link_item {
    size_t value;
    ptrdiff_t next;
};

struct name {
    char *text;
    size_t length;
    ptrdiff_t next_in_bucket;
    ptrdiff_t definers; /* units, a list in links */
    size_t last_user;   /* the unit that used it last: uses come in runs */
    bool is_used;
};

struct unit {
    ptrdiff_t uses; /* names, a list in links */
    bool is_reached;
};

struct symbols {
    ptrdiff_t buckets[BUCKETS];
    struct name *names;
    size_t names_count;
    size_t names_capacity;
    struct unit *units;
    size_t units_count;
    size_t units_capacity;
    struct link_item *links;
    size_t links_count;
    size_t links_capacity;
};

bool symbols_new(struct symbols **ret_symbols, struct error *err)
{
    struct symbols *symbols = calloc(1, sizeof(*symbols));
    if (!symbols)
        return error_no_memory(err, "a table of names", sizeof(*symbols));
    for (size_t i = 0; i < BUCKETS; i++)
        symbols->buckets[i] = NONE;
    *ret_symbols = symbols;
    return true;
}

void symbols_free(struct symbols *symbols)
{
    if (!symbols)
        return;
    for (size_t i = 0; i < symbols->names_count; i++)
        free(symbols->names[i].text);
    free(symbols->names);
    free(symbols->units);
    free(symbols->links);
    free(symbols);
}

/* Room for one more item. */
static bool grow(void **array, size_t count, size_t *capacity, size_t item_size, struct error *err)
{
    if (count < *capacity)
        return true;
    size_t wanted = *capacity ? 2 * *capacity : 256;
    void *grown = realloc(*array, wanted * item_size);
    if (!grown)
        return error_no_memory(err, "a table of names", wanted * item_size);
    *array = grown;
    *capacity = wanted;
    return true;
}

bool symbols_table_unit(struct symbols *symbols, size_t *ret_unit, struct error *err)
{
    if (!grow((void **)&symbols->units, symbols->units_count, &symbols->units_capacity,
              sizeof(*symbols->units), err))
        return false;
    symbols->units[symbols->units_count] = (struct unit){.uses = NONE};
    *ret_unit = symbols->units_count++;
    return true;
}

/* FNV-1a. */
static size_t bucket_of(const char *text, size_t length)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619U;
    return hash % BUCKETS;
}

bool symbols_table_name(struct symbols *symbols, const char *text, size_t length, size_t *ret_name,
                        struct error *err)
{
    ptrdiff_t *bucket = &symbols->buckets[bucket_of(text, length)];
    for (ptrdiff_t i = *bucket; i != NONE; i = symbols->names[i].next_in_bucket)
        if (symbols->names[i].length == length &&
            memcmp(symbols->names[i].text, text, length) == 0) {
            *ret_name = (size_t)i;
            return true;
        }
    if (!grow((void **)&symbols->names, symbols->names_count, &symbols->names_capacity,
              sizeof(*symbols->names), err))
        return false;
    char *copy = strndup(text, length);
    if (!copy)
        return error_no_memory(err, "a name", length);
    symbols->names[symbols->names_count] =
        (struct name){.text = copy, .length = length, .next_in_bucket = *bucket, .definers = NONE};
    *bucket = (ptrdiff_t)symbols->names_count;
    *ret_name = symbols->names_count++;
    return true;
}

static bool push(struct symbols *symbols, ptrdiff_t *list, size_t value, struct error *err)
{
    if (!grow((void **)&symbols->links, symbols->links_count, &symbols->links_capacity,
              sizeof(*symbols->links), err))
        return false;
    symbols->links[symbols->links_count] = (struct link_item){.value = value, .next = *list};
    *list = (ptrdiff_t)symbols->links_count++;
    return true;
}

bool symbols_table_define(struct symbols *symbols, size_t name, size_t unit, struct error *err)
{
    return push(symbols, &symbols->names[name].definers, unit, err);
}

bool symbols_table_use(struct symbols *symbols, size_t unit, size_t name, struct error *err)
{
    struct name *used = &symbols->names[name];
    if (used->is_used && used->last_user == unit)
        return true;
    used->is_used = true;
    used->last_user = unit;
    return push(symbols, &symbols->units[unit].uses, name, err);
}

/* Puts on `stack` what the unit needs at first hand and what was not reached yet. */
static void reach_needed(struct symbols *symbols, size_t unit, size_t *stack, size_t *depth)
{
    for (ptrdiff_t use = symbols->units[unit].uses; use != NONE; use = symbols->links[use].next) {
        const struct name *name = &symbols->names[symbols->links[use].value];
        for (ptrdiff_t definer = name->definers; definer != NONE;
             definer = symbols->links[definer].next) {
            size_t needed = symbols->links[definer].value;
            if (symbols->units[needed].is_reached)
                continue;
            symbols->units[needed].is_reached = true;
            stack[(*depth)++] = needed;
        }
    }
}

bool symbols_reach(struct symbols *symbols, size_t unit, struct error *err)
{
    /* Each unit is put on it once. */
    cleanup_free size_t *stack = calloc(symbols->units_count + 1, sizeof(*stack));
    size_t depth = 0;
    if (!stack)
        return error_no_memory(err, "a list of sources", symbols->units_count * sizeof(*stack));
    symbols->units[unit].is_reached = true;
    stack[depth++] = unit;
    while (depth > 0) {
        depth--;
        reach_needed(symbols, stack[depth], stack, &depth);
    }
    return true;
}

bool symbols_is_reached(const struct symbols *symbols, size_t unit)
{
    return symbols->units[unit].is_reached;
}
