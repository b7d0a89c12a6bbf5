#include "project/build/folder.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { CACHE_MAX_BYTES = 4 * 1024 * 1024 };

bool build_path_check(const char *project_dir, struct error *err)
{
    int depth = 0;
    const char *at = project_dir;
    for (; *at && depth >= 0 && !strchr(";\\$,<>|\n", *at); at++)
        depth += (*at == '[') - (*at == ']');
    if (!*at && depth == 0)
        return true;
    return error_set(
        err, ERROR_USAGE, 0,
        "project folder %s: the build's programs take none of ; \\ $ , < > | in a path, "
        "and [ and ] in pairs only: choose another folder (a temporary project's is in "
        "TMPDIR)",
        project_dir);
}

char *build_firmware_path(const char *project_dir)
{
    return file_path("%s/build/firmware.elf", project_dir);
}

bool build_folder_is_full(const char *project_dir)
{
    enum { NEEDED_BYTES = 64 * 1024, NEEDED_INODES = 8 };
    struct statvfs status;
    if (statvfs(project_dir, &status) != 0)
        return false;
    return status.f_bavail * status.f_frsize < NEEDED_BYTES ||
           (status.f_files > 0 && status.f_favail < NEEDED_INODES);
}

bool build_folder_drop_other(const char *project_dir, const char *toolchain_prefix,
                             struct error *err)
{
    cleanup_free char *build_dir = file_path("%s/build", project_dir);
    cleanup_free char *cache_path = file_path("%s/build/CMakeCache.txt", project_dir);
    cleanup_free char *home = file_path("\nCMAKE_HOME_DIRECTORY:INTERNAL=%s\n", project_dir);
    cleanup_free char *prefix = file_path("\n" BUILD_TOOLCHAIN_VARIABLE "=%s\n", toolchain_prefix);
    cleanup_free char *cache = NULL;
    struct stat status;
    if (!build_dir || !cache_path || !home || !prefix)
        return error_no_memory(err, "a path", strlen(project_dir));
    if (lstat(build_dir, &status) != 0)
        return errno == ENOENT || error_set(err, ERROR_SYSTEM, errno, "%s", build_dir);
    if (access(cache_path, F_OK) != 0)
        return true;
    if (!file_read(cache_path, CACHE_MAX_BYTES, &cache, NULL, err))
        return false;
    return (strstr(cache, home) && strstr(cache, prefix)) || file_remove_tree(build_dir, err);
}

static bool is_newer(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec != b->st_mtim.tv_sec ? a->st_mtim.tv_sec > b->st_mtim.tv_sec
                                                  : a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

bool build_folder_is_configured(const char *project_dir)
{
    static const char *const INPUTS[] = {"project.json", "board.json", "CMakeLists.txt"};
    cleanup_free char *output = file_path("%s/build/build.ninja", project_dir);
    struct stat output_status;
    if (!output || stat(output, &output_status) != 0)
        return false;
    for (size_t i = 0; i < sizeof(INPUTS) / sizeof(INPUTS[0]); i++) {
        cleanup_free char *input = file_path("%s/%s", project_dir, INPUTS[i]);
        struct stat input_status;
        if (!input || stat(input, &input_status) != 0 || !is_newer(&output_status, &input_status))
            return false;
    }
    return true;
}
