/* What a firmware was linked with that is not of its project: the C library, the compiler's own.
 * A distribution's upgrade changes them, and no firmware's key knows which they are before the
 * linker has chosen. */
#ifndef MICROTVM_QEMU_COMMANDS_CACHE_LIBRARIES_H
#define MICROTVM_QEMU_COMMANDS_CACHE_LIBRARIES_H

#include "base/error.h"

#include <stdbool.h>

/* Writes them to the file LIST, each with its size and time, as the project's linker map names
 * them. Errors: ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool libraries_write(const char *list, const char *project_dir, struct error *err);

/* Are all of LIST as they were? Not so, either, where LIST is empty or not to be read. */
bool libraries_same(const char *list);

#endif
