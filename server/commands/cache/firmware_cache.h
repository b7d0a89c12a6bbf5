/* Firmware that was built before, to be run again: CACHE/KEY/project is a generated and built
 * project. Several processes may use a cache at a time; what one of them builds the others wait
 * for. What was linked with libraries that have changed since (libraries.h) is built anew. What was
 * not used for a month goes when something else is built. */
#ifndef MICROTVM_QEMU_COMMANDS_CACHE_FIRMWARE_CACHE_H
#define MICROTVM_QEMU_COMMANDS_CACHE_FIRMWARE_CACHE_H

#include "base/deadline.h"
#include "base/error.h"

#include <stdbool.h>

struct firmware_entry {
    char *project_dir; /* owned; NULL: no entry */
    char *dir;         /* owned */
    bool is_built;     /* the project can be used as it is */
    int lock_fd;       /* held until it is; -1: no more */
};

/* The entry of a key. One that is not built yet is this process's to build, and locked until then;
 * its project folder does not exist. Waits while another builds it; on_wait (may be NULL) is called
 * before. Errors: ERROR_SYSTEM, ERROR_INTERRUPTED, ERROR_INTERNAL (memory). */
bool firmware_cache_open(const char *cache_dir, const char *key, const struct interrupt *interrupt,
                         void (*on_wait)(void *context), void *context,
                         struct firmware_entry *ret_entry, struct error *err);

/* It was built: others may use it from now on. Errors: ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool firmware_cache_finish(struct firmware_entry *entry, struct error *err);

/* Let go of it: what was not finished is removed. Safe on a zeroed struct and twice. */
void firmware_cache_close(struct firmware_entry *entry);

#endif
