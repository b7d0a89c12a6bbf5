#include "boards/real/qemu_process.h"

#include <check.h>
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Looks at each of the board's files for the one that is QEMU's pidfd, whose fdinfo has a pid. */
pid_t qemu_find(struct board *board)
{
    struct pollfd fds[BOARD_PUMP_FDS];
    int count = board_pump_fds(board, fds);
    long pid = 0;
    for (int i = 0; i < count && pid <= 0; i++) {
        char text[128];
        snprintf(text, sizeof(text), "/proc/self/fdinfo/%d", fds[i].fd);
        FILE *info = fopen(text, "re");
        while (info && fgets(text, sizeof(text), info))
            if (strncmp(text, "Pid:", 4) == 0)
                pid = strtol(text + 4, NULL, 10);
        if (info)
            fclose(info);
    }
    return pid > 1 ? (pid_t)pid : 0;
}

pid_t qemu_pid(struct board *board)
{
    pid_t pid = qemu_find(board);
    ck_assert_int_gt(pid, 1);
    return pid;
}

void check_threads(pid_t pid)
{
    char path[64];
    cpu_set_t ours;
    cpu_set_t first;
    int count = 0;
    ck_assert_int_eq(sched_getaffinity(0, sizeof(ours), &ours), 0);
    ck_assert_int_eq(sched_getaffinity(pid, sizeof(first), &first), 0);
    ck_assert_int_eq(CPU_COUNT(&first), 1);
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    ck_assert_ptr_nonnull(threads);
    for (struct dirent *entry = readdir(threads); entry; entry = readdir(threads)) {
        cpu_set_t cpus;
        pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);
        if (thread == 0 || sched_getaffinity(thread, sizeof(cpus), &cpus) != 0)
            continue; /* "..", or it has ended */
        ck_assert(CPU_EQUAL(&cpus, &first));
        CPU_AND(&cpus, &cpus, &ours);
        ck_assert_int_eq(CPU_COUNT(&cpus), 1);
        count += 1;
    }
    closedir(threads);
    ck_assert_int_ge(count, 2);
}
