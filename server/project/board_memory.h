/* How much memory the boards of a project's qemu-machines/ have. */
#ifndef MICROTVM_QEMU_PROJECT_BOARD_MEMORY_H
#define MICROTVM_QEMU_PROJECT_BOARD_MEMORY_H

#include "base/error.h"
#include "definition/regions.h"
#include "project/settings.h"

#include <stdbool.h>
#include <stdint.h>

struct board_memory {
    struct regions regions;
    uint64_t stack_bytes;  /* these two as the options say, else as the board does */
    uint64_t packet_bytes; /* the largest message of the RPC server */
    uint64_t pointer_bytes;
};

/* Of a board's definition. Errors: ERROR_USAGE (malformed, with the key), ERROR_SYSTEM. */
bool board_memory_read(const char *path, const struct settings *settings,
                       struct board_memory *ret_memory, struct error *err);

typedef bool (*board_memory_fn)(const void *context, const struct board_memory *memory);

/* The names of the boards that is_wanted wants, for name_list_free. Errors: as above,
 * ERROR_INTERNAL (memory). */
bool board_memory_list(const char *machines_dir, const struct settings *settings,
                       board_memory_fn is_wanted, const void *context, char ***ret_names,
                       struct error *err);

#endif
