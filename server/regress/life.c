#include "regress/life.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

bool life_open(int *ret_fd, int *ret_client_fd, struct error *err)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "socketpair");
    *ret_fd = fds[0];
    *ret_client_fd = fds[1];
    return true;
}

bool life_has_waited(int fd)
{
    char bytes[256];
    bool any = false;
    while (read(fd, bytes, sizeof(bytes)) > 0)
        any = true;
    return any;
}

void life_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
