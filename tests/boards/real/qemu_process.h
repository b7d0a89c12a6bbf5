/* The QEMU of an open board, as the system sees it. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_REAL_QEMU_PROCESS_H
#define MICROTVM_QEMU_TESTS_BOARDS_REAL_QEMU_PROCESS_H

#include "board/board.h"

#include <sys/types.h>

/* 0: there is none. */
pid_t qemu_find(struct board *board);

/* The others are for tests, which they fail. */
pid_t qemu_pid(struct board *board);

/* Are all of its threads on one CPU, and that one of ours? */
void check_threads(pid_t pid);

#endif
