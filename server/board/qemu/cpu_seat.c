#include "board/qemu/cpu_seat.h"
#include "base/cleanup.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ROWS = 256 }; /* more boards on one CPU than that are free to go where they like */

/* An abstract name begins with a zero byte, and its length counts. */
static bool hold(int fd, int cpu, int row)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
                          "microtvm-qemu/cpu/%d/%d", cpu, row);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    return bind(fd, (const struct sockaddr *)&address, size) == 0;
}

/* A row over all CPUs before the next: so the one with the fewest boards is found first. */
static int find_seat(int fd, const cpu_set_t *allowed, int first)
{
    for (int row = 0; row < ROWS; row++)
        for (int i = 0; i < CPU_SETSIZE; i++) {
            int cpu = (first + i) % CPU_SETSIZE;
            if (!CPU_ISSET(cpu, allowed))
                continue;
            if (hold(fd, cpu, row))
                return cpu;
            if (errno != EADDRINUSE)
                return -1;
        }
    return -1;
}

bool cpu_seat_take(struct cpu_seat *ret_seat)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0 || CPU_COUNT(&allowed) < 2)
        return false;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    int here = sched_getcpu();
    int cpu = find_seat(fd, &allowed, here < 0 ? 0 : here + 1);
    if (cpu < 0) {
        close(fd);
        return false;
    }
    ret_seat->fd = fd;
    CPU_ZERO(&ret_seat->cpus);
    CPU_SET(cpu, &ret_seat->cpus);
    return true;
}

void cpu_seat_leave(struct cpu_seat *seat)
{
    cleanup_close_fd(&seat->fd);
    seat->fd = -1;
}
