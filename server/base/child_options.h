/* What a child process is started with. */
#ifndef MICROTVM_QEMU_BASE_CHILD_OPTIONS_H
#define MICROTVM_QEMU_BASE_CHILD_OPTIONS_H

#include "base/bounds.h"

#include <sched.h>
#include <stddef.h>

struct child_options {
    const char *const *argv; /* argv[0] is looked up in PATH; NULL-terminated */
    const char *working_dir; /* NULL: ours */
    int stdin_fd;            /* -1: /dev/null; not consumed */
    int stdout_fd;           /* likewise */
    int stderr_fd;
    const int *keep_fds; /* fds that the child inherits under the same number */
    size_t keep_fds_count;
    const struct bounds *bounds; /* NULL: none */
    const cpu_set_t *cpus;       /* where all its threads run; NULL: where ours may */
    int parent_death_signal;     /* SIGKILL, or SIGTERM for one that cleans up its own children */
    const char *package;         /* Debian package that brings argv[0], named when it is missing */
};

#endif
