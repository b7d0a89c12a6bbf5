#include "base/bounds.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool set_limit(int resource, uint64_t most)
{
    struct rlimit limit;
    if (most == 0)
        return true;
    if (getrlimit((__rlimit_resource_t)resource, &limit) != 0)
        return false;
    if (limit.rlim_max > most)
        limit.rlim_max = most;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit((__rlimit_resource_t)resource, &limit) == 0;
}

/* Without a way back: no program that it executes can have more rights than it has. */
bool bounds_put_on(const struct bounds *bounds)
{
    if (!set_limit(RLIMIT_AS, bounds->memory_bytes) ||
        !set_limit(RLIMIT_FSIZE, bounds->file_bytes) || !set_limit(RLIMIT_CORE, bounds->core_bytes))
        return false;
    return bounds->ruleset_fd < 0 ||
           (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
            syscall(SYS_landlock_restrict_self, bounds->ruleset_fd, 0) == 0);
}
