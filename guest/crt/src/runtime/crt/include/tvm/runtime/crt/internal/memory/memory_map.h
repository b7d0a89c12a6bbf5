/* Which memory a client may touch: what it allocated, and the executor's tensors.
 *
 * Handles of data are plain addresses in TVM's protocol. Without this list a wrong one would
 * overwrite the runtime; with it a wrong one is an error text. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_MEMORY_MEMORY_MAP_H_
#define TVM_RUNTIME_CRT_INTERNAL_MEMORY_MEMORY_MAP_H_

#include <stdbool.h>
#include <stddef.h>

enum memory_owner {
    MEMORY_OF_CLIENT,    /* TVMDeviceAllocDataSpace: freed by address */
    MEMORY_OF_ARRAY,     /* a TVMNDArray that somebody else releases */
    MEMORY_OF_NEW_ARRAY, /* a TVMNDArray from TVMArrayAlloc: goes with its last reference */
    MEMORY_OF_MODULE,    /* constants of generated code, of unknown size */
    MEMORY_LINKED,       /* a graph's parameter in flash: to be read only */
};

struct memory_region {
    struct memory_region *next;
    void *data;
    size_t size_bytes;
    void *array; /* the TVMNDArray, or NULL */
    enum memory_owner owner;
};

/* Errors: no memory for the note itself (with text). */
int memory_map_add(void *data, size_t size_bytes, void *array, enum memory_owner owner);
void memory_map_remove(const void *data);

/* By the address that was added; by array. NULL: none. */
struct memory_region *memory_map_find(const void *data);
struct memory_region *memory_map_find_array(const void *array);

/* The region that holds all of these bytes; NULL: none does. Memory of a module does not count. */
const struct memory_region *memory_map_holding(const void *data, size_t offset_bytes,
                                               size_t size_bytes);

#endif // TVM_RUNTIME_CRT_INTERNAL_MEMORY_MEMORY_MAP_H_
