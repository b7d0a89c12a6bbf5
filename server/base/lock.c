#include "base/lock.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

/* There is no file descriptor that becomes readable when a lock is free. */
enum { LOOK_EVERY_MS = 20 };

/* EBADF, ENOLCK, ENOTSUP, …: NFS and others, each in its own way. */
static bool try_lock(int fd)
{
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return false;
        if (errno != EINTR)
            break;
    }
    return true;
}

static bool open_folder(const char *path, int *ret_fd, struct error *err)
{
    *ret_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *ret_fd >= 0 || error_set(err, ERROR_SYSTEM, errno, "%s", path);
}

bool lock_folder_now(const char *path, int *ret_fd, bool *ret_taken, struct error *err)
{
    cleanup_fd int fd = -1;
    if (!open_folder(path, &fd, err))
        return false;
    *ret_taken = try_lock(fd);
    if (*ret_taken)
        *ret_fd = steal_fd(&fd);
    return true;
}

bool lock_folder(const char *path, const struct interrupt *interrupt,
                 void (*on_wait)(void *context), void *context, int *ret_fd, struct error *err)
{
    cleanup_fd int fd = -1;
    if (!open_folder(path, &fd, err))
        return false;
    while (!try_lock(fd)) {
        int ready = 0;
        if (on_wait)
            on_wait(context);
        if (!wait_ready(NULL, 0, deadline_in_ms(LOOK_EVERY_MS), interrupt, &ready, err))
            return error_wrap(err, "waiting for folder %s, which another process has", path);
    }
    *ret_fd = steal_fd(&fd);
    return true;
}
