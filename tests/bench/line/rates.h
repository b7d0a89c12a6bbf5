/* How many bytes a second go over a board's serial line, either way. */
#ifndef MICROTVM_QEMU_TESTS_BENCH_LINE_RATES_H
#define MICROTVM_QEMU_TESTS_BENCH_LINE_RATES_H

#include "bench/device.h"

enum direction { TO_BOARD, FROM_BOARD, DIRECTIONS };

/* Bytes per second, medians of all rounds. */
struct rates {
    /* Poll and read or write on the pty of QEMU alone, its threads on one CPU or free, whichever is
     * faster, and a firmware whose interrupt handler counts bytes. */
    double bare[DIRECTIONS];
    double raw[DIRECTIONS]; /* board_write and board_read, the firmware's uart_read, uart_write */
    double tensor[DIRECTIONS]; /* rpc_copy_to and rpc_copy_from, the host_driven firmware */
};

/* The three take turns, each for duration_ms a round and direction. line is a device whose app is
 * line/firmware/main.c; both are flashed, and off before and after. by_cpu_time:
 * bytes per second of the CPUs, that of QEMU and host together, instead of the clock's. */
bool rates_measure(struct bench_device *line, struct bench_device *model, int rounds,
                   int duration_ms, bool by_cpu_time, struct rates *ret_rates, struct error *err);

#endif
