#include "unit/base/lock_holder.h"

#include "base/cleanup.h"
#include "base/lock.h"

#include <check.h>
#include <stdbool.h>
#include <unistd.h>

/* Until the other end of a pipe is closed. */
static bool hold(const char *dir, int ready_fd, int release_fd)
{
    struct error err;
    int fd = -1;
    char byte = 0;
    return lock_folder(dir, NULL, NULL, NULL, &fd, &err) && write(ready_fd, "x", 1) == 1 &&
           read(release_fd, &byte, 1) == 0;
}

void lock_holder_start(const char *dir, struct lock_holder *ret_holder)
{
    int ready[2];
    int release[2];
    char byte = 0;
    ck_assert_int_eq(pipe(ready), 0);
    ck_assert_int_eq(pipe(release), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        close(release[1]);
        _exit(!hold(dir, ready[1], release[0]));
    }
    close(ready[1]);
    close(release[0]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    *ret_holder = (struct lock_holder){.pid = pid, .release_fd = release[1]};
}

void lock_holder_release(struct lock_holder *holder)
{
    if (holder->release_fd >= 0)
        close(steal_fd(&holder->release_fd));
}
