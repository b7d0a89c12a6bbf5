#include "confine/paths.h"

void confine_allow(struct confine_paths *paths, const char *path, bool is_writable)
{
    if (path && paths->count < CONFINE_PATHS_MAX)
        paths->paths[paths->count++] = (struct confine_path){path, is_writable};
}

void confine_allow_system(struct confine_paths *paths)
{
    static const char *const READ[] = {
        "/usr",
        "/bin",
        "/sbin",
        "/lib",
        "/lib32",
        "/lib64",
        "/libx32",
        "/nix/store",
        "/gnu/store",
        "/etc/alternatives",
        "/etc/ld.so.cache",
        "/etc/ld.so.conf",
        "/etc/ld.so.conf.d",
        "/etc/ld.so.preload",
        "/etc/ccache.conf",
        "/etc/localtime",
        "/dev/urandom",
    };
    for (size_t i = 0; i < sizeof(READ) / sizeof(READ[0]); i++)
        confine_allow(paths, READ[i], false);
    confine_allow(paths, "/dev/null", true);
}
