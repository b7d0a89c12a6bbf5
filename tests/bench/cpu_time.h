/* How long CPUs have worked: right on a busy machine, too. */
#ifndef MICROTVM_QEMU_TESTS_BENCH_CPU_TIME_H
#define MICROTVM_QEMU_TESTS_BENCH_CPU_TIME_H

#include <stdint.h>
#include <sys/types.h>

/* For this process and another one, with all their threads, since they began. */
int64_t cpu_time_ns(pid_t other);

#endif
