/* What programs that are confined may reach. */
#ifndef MICROTVM_QEMU_CONFINE_PATHS_H
#define MICROTVM_QEMU_CONFINE_PATHS_H

#include <stdbool.h>
#include <stddef.h>

/* Paths that do not exist are passed over. */
struct confine_path {
    const char *path; /* absolute; not owned */
    bool is_writable;
};

enum { CONFINE_PATHS_MAX = 64 };

struct confine_paths {
    struct confine_path paths[CONFINE_PATHS_MAX];
    size_t count;
};

void confine_allow(struct confine_paths *paths, const char *path, bool is_writable);

/* The system's programs and libraries, and the devices that they expect. */
void confine_allow_system(struct confine_paths *paths);

#endif
