/* The QEMU of an open board, as the system sees it. Each fails the test that calls it. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_QEMU_PROCESS_H
#define MICROTVM_QEMU_TESTS_BOARDS_QEMU_PROCESS_H

#include "board/board.h"

#include <sys/types.h>

pid_t qemu_pid(struct board *board);

/* Are all of its threads on one CPU, and that one of ours? */
void check_threads(pid_t pid);

#endif
