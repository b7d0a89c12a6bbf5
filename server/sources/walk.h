/* All files of one kind below a folder. */
#ifndef MICROTVM_QEMU_SOURCES_WALK_H
#define MICROTVM_QEMU_SOURCES_WALK_H

#include "base/error.h"

#include <stdbool.h>

/* False ends the walk. */
typedef bool (*source_fn)(void *context, const char *path, struct error *err);

/* Calls take for each regular file below FOLDER whose name ends so, in the order of their names;
 * symbolic links are not followed. Errors: take's own, ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool source_walk(const char *folder, const char *ending, source_fn take, void *context,
                 struct error *err);

#endif
