/* What QEMU's threads get of this computer: why it does not answer, not even on its monitor. */
#ifndef MICROTVM_QEMU_BOARD_THREADS_H
#define MICROTVM_QEMU_BOARD_THREADS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct threads {
    int64_t at_ns;     /* when that was, of clock_now_ns */
    int64_t ran_ns;    /* CPU time of all threads, so far */
    int64_t waited_ns; /* for which they could have run, had there been a CPU */
    bool is_stopped;   /* any of them, by a signal or a debugger */
    bool waits_for_disk;
};

/* As the kernel tells in /proc/PID/task/TID/schedstat and stat. Where it does not, or pid is none:
 * 0. */
struct threads threads_now(pid_t pid);

/* Since before: was it stopped by a signal, kept from running by other programs or a disk, at work,
 * or asleep for good? A line for the error's text; none where the kernel does not tell. Returns
 * false. */
bool threads_explain(pid_t pid, const struct threads *before, struct error *err);

#endif
