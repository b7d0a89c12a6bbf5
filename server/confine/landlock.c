#include "confine/landlock.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif

enum { LEAST_ABI = 2 };

static const uint64_t READ_FILE = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
static const uint64_t WRITE_FILE = LANDLOCK_ACCESS_FS_WRITE_FILE;
static const uint64_t READ_DIR = LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t WRITE_DIR = LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                  LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                  LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER;
/* Allowed nowhere. */
static const uint64_t NEVER = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                              LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK;

static bool check_abi(struct error *err)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 0)
        return error_set(err, ERROR_SYSTEM, errno, "this kernel has no Landlock");
    return abi >= LEAST_ABI ||
           error_set(err, ERROR_SYSTEM, 0, "this kernel's Landlock is too old (ABI %ld, not %d)",
                     abi, LEAST_ABI);
}

/* The kernel refuses a rule that gives a file what only folders have. */
static uint64_t rights_of(const struct stat *status, bool is_writable)
{
    uint64_t rights = READ_FILE | (is_writable ? WRITE_FILE : 0);
    if (S_ISDIR(status->st_mode))
        rights |= READ_DIR | (is_writable ? WRITE_DIR : 0);
    return rights;
}

static bool add_rule(int ruleset_fd, const struct confine_path *path, struct error *err)
{
    cleanup_fd int fd = open(path->path, O_PATH | O_CLOEXEC);
    struct stat status;
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES ||
               error_set(err, ERROR_SYSTEM, errno, "%s", path->path);
    if (fstat(fd, &status) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path->path);
    struct landlock_path_beneath_attr rule = {
        .parent_fd = fd, .allowed_access = rights_of(&status, path->is_writable)};
    if (syscall(SYS_landlock_add_rule, ruleset_fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0)
        return true;
    return error_set(err, ERROR_SYSTEM, errno, "Landlock: a rule for %s", path->path);
}

bool landlock_make(const struct confine_paths *paths, int *ret_fd, struct error *err)
{
    struct landlock_ruleset_attr rules = {.handled_access_fs = READ_FILE | WRITE_FILE | READ_DIR |
                                                               WRITE_DIR | NEVER};
    if (!check_abi(err))
        return false;
    cleanup_fd int fd =
        (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules.handled_access_fs), 0);
    if (fd < 0)
        return error_set(err, ERROR_SYSTEM, errno, "Landlock");
    for (size_t i = 0; i < paths->count; i++)
        if (!add_rule(fd, &paths->paths[i], err))
            return false;
    *ret_fd = steal_fd(&fd);
    return true;
}
