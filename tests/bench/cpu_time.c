#include "bench/cpu_time.h"

#include <time.h>

int64_t cpu_time_ns(pid_t other)
{
    clockid_t clock = CLOCK_PROCESS_CPUTIME_ID;
    struct timespec own = {0};
    struct timespec others = {0};
    if (clock_gettime(clock, &own) != 0 || clock_getcpuclockid(other, &clock) != 0 ||
        clock_gettime(clock, &others) != 0)
        return 0;
    return (int64_t)(own.tv_sec + others.tv_sec) * 1000000000 + own.tv_nsec + others.tv_nsec;
}
