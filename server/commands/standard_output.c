#include "commands/standard_output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* Asked of the stream itself: errno is that of whatever failed last. */
static bool nobody_reads(void)
{
    struct pollfd fd = {.fd = STDOUT_FILENO, .events = POLLOUT};
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY)
        return true;
    return poll(&fd, 1, 0) == 1 && (fd.revents & POLLERR);
}

bool standard_output_finish(struct error *err)
{
    bool failed = ferror(stdout) != 0;
    int cause = fflush(stdout) == 0 ? 0 : errno;
    if ((cause == 0 && !failed) || nobody_reads())
        return true;
    clearerr(stdout);
    return failed
               ? error_set(err, ERROR_SYSTEM, 0, "standard output: not all of it could be written")
               : error_set(err, ERROR_SYSTEM, cause, "standard output");
}
