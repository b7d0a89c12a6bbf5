#include "commands/run/client_fd.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

bool client_fd_parse(const char *text, int *ret_fd, struct error *err)
{
    enum { DIGITS_MOST = 9 };
    struct stat status;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > DIGITS_MOST || text[digits] != '\0')
        return error_set(err, ERROR_USAGE, 0, "--client-fd \"%s\": give a file descriptor's number",
                         text);
    int fd = (int)strtol(text, NULL, 10);
    if (fstat(fd, &status) != 0 || !(S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)))
        return error_set(err, ERROR_USAGE, 0,
                         "--client-fd %d: it is no pipe or socket: give the number of one whose "
                         "other end the client holds",
                         fd);
    *ret_fd = fd;
    return true;
}

void client_fd_tell_wait(int fd)
{
    if (fd >= 0)
        send(fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}
