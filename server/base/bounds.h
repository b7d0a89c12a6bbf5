/* What a process, and whatever it starts, may do no more. */
#ifndef MICROTVM_QEMU_BASE_BOUNDS_H
#define MICROTVM_QEMU_BASE_BOUNDS_H

#include <stdbool.h>
#include <stdint.h>

struct bounds {
    int ruleset_fd;        /* of Landlock (confine/landlock.h); -1: none */
    uint64_t memory_bytes; /* each process's address space; 0: unbounded */
    uint64_t file_bytes;   /* each file that it writes; 0: unbounded */
    uint64_t core_bytes;   /* the core file that it leaves; 0: unbounded; 1: there is none, and
                            * nobody is asked to make one, as some systems do at a limit of 0 */
};

/* For a child between fork and exec: calls nothing but the kernel. False: errno says why. */
bool bounds_put_on(const struct bounds *bounds);

#endif
