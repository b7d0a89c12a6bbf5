#include "memory/generated.h"

#include "memory/heap_block.h"

#include <stdlib.h>
#include <string.h>

bool generated_add_linked(struct generated *generated, uint64_t storage, struct error *err)
{
    uint64_t *linked = realloc(generated->linked, (generated->linked_count + 1) * sizeof(*linked));
    if (!linked)
        return error_no_memory(err, "parameters", sizeof(*linked));
    generated->linked = linked;
    linked[generated->linked_count++] = storage;
    return true;
}

void generated_dispose(struct generated *generated)
{
    for (size_t i = 0; i < generated->functions_count; i++) {
        for (size_t k = 0; k < generated->functions[i].events_count; k++)
            free(generated->functions[i].events[k].name);
        free(generated->functions[i].events);
        free(generated->functions[i].name);
    }
    free(generated->functions);
    free(generated->inputs.items);
    free(generated->outputs.items);
    free(generated->pools.items);
    free(generated->linked);
    *generated = (struct generated){.constants_bytes = 0};
}

/* ---- functions ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct generated_function *)a)->name,
                  ((const struct generated_function *)b)->name);
}

void generated_sort_functions(struct generated *generated)
{
    if (generated->functions_count)
        qsort(generated->functions, generated->functions_count, sizeof(*generated->functions),
              by_name);
}

static struct generated_function *find(const struct generated *generated, const char *name)
{
    const struct generated_function key = {.name = (char *)name};
    return generated->functions_count ? bsearch(&key, generated->functions,
                                                generated->functions_count, sizeof(key), by_name)
                                      : NULL;
}

bool generated_has_function(const struct generated *generated, const char *name)
{
    return find(generated, name) != NULL;
}

/* The allocation that this event gives back; mostly the last one. */
static uint64_t freed_bytes(const struct generated_function *function, size_t event)
{
    enum { TRIES = 1000 };
    for (size_t i = event, tries = 0; i-- > 0 && tries < TRIES; tries++) {
        const struct workspace_event *earlier = &function->events[i];
        if (earlier->kind == WORKSPACE_ALLOCATE &&
            strcmp(earlier->name, function->events[event].name) == 0)
            return heap_block_bytes(earlier->size_bytes);
    }
    return 0;
}

static uint64_t workspace_bytes(const struct generated *generated, const char *name, int depth);

/* A function that calls itself, or far too deep, has nothing there. */
static uint64_t count(const struct generated *generated, struct generated_function *function,
                      int depth)
{
    uint64_t used_bytes = 0;
    uint64_t most_bytes = 0;
    if (function->is_counted || depth == 0)
        return function->workspace_bytes;
    function->is_counted = true;
    for (size_t i = 0; i < function->events_count; i++) {
        const struct workspace_event *event = &function->events[i];
        uint64_t called_bytes = 0;
        if (event->kind == WORKSPACE_ALLOCATE)
            used_bytes = memory_sum(used_bytes, heap_block_bytes(event->size_bytes));
        else if (event->kind == WORKSPACE_CALL)
            called_bytes = workspace_bytes(generated, event->name, depth - 1);
        else
            used_bytes -= freed_bytes(function, i) <= used_bytes ? freed_bytes(function, i) : 0;
        if (memory_sum(used_bytes, called_bytes) > most_bytes)
            most_bytes = memory_sum(used_bytes, called_bytes);
    }
    function->workspace_bytes = most_bytes;
    return most_bytes;
}

static uint64_t workspace_bytes(const struct generated *generated, const char *name, int depth)
{
    struct generated_function *function = find(generated, name);
    return function ? count(generated, function, depth) : 0;
}

uint64_t generated_workspace_bytes(const struct generated *generated, const char *name)
{
    enum { DEPTH = 100 };
    return workspace_bytes(generated, name, DEPTH);
}
