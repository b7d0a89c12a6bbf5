/* One CPU for all threads of one QEMU.
 *
 * Where a UART holds one byte, each byte passes between QEMU's main loop and its CPU thread, and
 * waking a thread on another core takes several times as long as what it then does: 100 images on
 * mps2_an385 take 3.6 s free and 0.8 s on one CPU. Boards of all processes spread over the CPUs
 * that their user allows them: each seat is a name in Linux's abstract socket namespace, which one
 * process alone can hold, and which is free again when that process ends, however it ends. */
#ifndef MICROTVM_QEMU_BOARD_CPU_SEAT_H
#define MICROTVM_QEMU_BOARD_CPU_SEAT_H

#include <sched.h>
#include <stdbool.h>

struct cpu_seat {
    int fd; /* holds it; -1: none */
    cpu_set_t cpus;
};

#define CPU_SEAT_NONE ((struct cpu_seat){.fd = -1})

/* Take a seat on that of our CPUs (sched_getaffinity) with the fewest taken; of equals, the first
 * after the one that we run on. Does not block. False: there is nothing to choose, or no name can
 * be had; then QEMU is left where the kernel puts it. */
bool cpu_seat_take(struct cpu_seat *ret_seat);

/* Safe on CPU_SEAT_NONE and twice. */
void cpu_seat_leave(struct cpu_seat *seat);

#endif
