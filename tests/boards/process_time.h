/* What a process costs. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_PROCESS_TIME_H
#define MICROTVM_QEMU_TESTS_BOARDS_PROCESS_TIME_H

#include <stdint.h>
#include <sys/types.h>

/* CPU time of all its threads that are alive, so far; 0: there is no such process. */
uint64_t process_cpu_time_ns(pid_t pid);

#endif
