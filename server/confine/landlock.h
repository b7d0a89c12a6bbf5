/* Linux's Landlock: a process gives up what is not listed, for itself and its children
 * (Documentation/userspace-api/landlock.rst in the kernel's sources). */
#ifndef MICROTVM_QEMU_CONFINE_LANDLOCK_H
#define MICROTVM_QEMU_CONFINE_LANDLOCK_H

#include "base/error.h"
#include "confine/paths.h"

#include <stdbool.h>

/* The rules as a file descriptor (CLOEXEC), which base/child puts on. Errors: ERROR_SYSTEM (not in
 * this kernel, or too old: says which). */
bool landlock_make(const struct confine_paths *paths, int *ret_fd, struct error *err);

#endif
