/* What a model's generated C takes of a board's memory (generated_read.h). */
#ifndef MICROTVM_QEMU_MEMORY_GENERATED_H
#define MICROTVM_QEMU_MEMORY_GENERATED_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct generated_tensor {
    uint64_t size_bytes;
    uint32_t ndim;
};

/* In the order in which the code has them. */
struct generated_tensors {
    struct generated_tensor *items;
    size_t count;
};

/* In the order of the text. */
enum workspace_event_kind { WORKSPACE_ALLOCATE, WORKSPACE_FREE, WORKSPACE_CALL };

struct workspace_event {
    enum workspace_event_kind kind;
    char *name; /* of the variable, or of the function that is called */
    uint64_t size_bytes;
};

struct generated_function {
    char *name;
    struct workspace_event *events; /* those that no condition guards */
    size_t events_count;
    uint64_t workspace_bytes; /* once it has been asked for */
    bool is_counted;
};

struct generated {
    /* Of all models that share the folder, as all are linked: */
    uint64_t constants_bytes;   /* arrays that have values */
    uint64_t description_bytes; /* the copy of them that a packed AOT model's description holds */
    uint64_t buffers_bytes;     /* arrays that have none: workspaces that are planned ahead */
    uint64_t table_count;       /* of functions in the tables that system libraries have */
    uint64_t table_names_bytes; /* their names, each with its NUL */
    /* Of the one that is meant: */
    struct generated_tensors inputs;  /* as AOT's description has them; empty where there is none */
    struct generated_tensors outputs; /* likewise */
    struct generated_tensors pools;   /* likewise: workspaces that the function's caller brings */
    uint64_t *linked;                 /* storages of a graph that are constants of the code */
    size_t linked_count;
    struct generated_function *functions; /* sorted by name */
    size_t functions_count;
};

/* Safe on a zeroed struct and twice. */
void generated_dispose(struct generated *generated);

/* Note that a storage is a constant. Errors: ERROR_INTERNAL (memory). */
bool generated_add_linked(struct generated *generated, uint64_t storage, struct error *err);

/* Call it when functions were added. */
void generated_sort_functions(struct generated *generated);

bool generated_has_function(const struct generated *generated, const char *name);

/* The most that the function has of the board's heap at one time, with all that it calls, in blocks
 * of the heap. 0 where there is no such function. */
uint64_t generated_workspace_bytes(const struct generated *generated, const char *name);

#endif
