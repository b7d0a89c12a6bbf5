#include "base/temp_dir.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/lock.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RANDOM_PART "XXXXXX"

const char *temp_dir_parent(void)
{
    const char *dir = getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe): one thread */
    return dir && dir[0] ? dir : "/tmp";
}

/* Somebody else's folders are nobody's business, nor what a link leads to. */
static bool is_ours(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid();
}

static void sweep_one(const char *path)
{
    struct error ignored; /* it is tried again next time */
    cleanup_fd int fd = -1;
    bool taken = false;
    if (is_ours(path) && lock_folder_now(path, &fd, &taken, &ignored) && taken)
        (void)file_remove_tree(path, &ignored);
}

static void sweep(const char *parent, const char *prefix)
{
    size_t length = strlen(prefix);
    cleanup_dir DIR *dir = opendir(parent);
    for (const struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        if (strncmp(entry->d_name, prefix, length) != 0 ||
            strlen(entry->d_name) != length + strlen(RANDOM_PART))
            continue;
        cleanup_free char *path = file_path("%s/%s", parent, entry->d_name);
        if (path)
            sweep_one(path);
    }
}

/* Between its making and its locking somebody else may have swept it away, or be about to. */
static bool make_locked(const char *path, int *ret_fd, bool *ret_made, struct error *err)
{
    struct stat status;
    if (!lock_folder_now(path, ret_fd, ret_made, err)) {
        *ret_made = false;
        return err->os == ENOENT;
    }
    if (!*ret_made || stat(path, &status) == 0)
        return true;
    cleanup_close_fd(ret_fd);
    *ret_fd = -1;
    *ret_made = false;
    return true;
}

bool temp_dir_make(const char *parent, const char *prefix, struct temp_dir *ret_dir,
                   struct error *err)
{
    sweep(parent, prefix);
    for (bool made = false; !made;) {
        cleanup_free char *path = file_path("%s/%s" RANDOM_PART, parent, prefix);
        int fd = -1;
        if (!path)
            return error_no_memory(err, "a path", strlen(parent));
        if (!mkdtemp(path))
            return error_set(err, ERROR_SYSTEM, errno, "%s: making a temporary folder", path);
        if (!make_locked(path, &fd, &made, err))
            return false;
        if (made)
            *ret_dir = (struct temp_dir){.path = steal_pointer(path), .lock_fd = fd};
    }
    return true;
}

bool temp_dir_remove(struct temp_dir *dir, struct error *err)
{
    if (!dir->path)
        return true;
    bool good = file_remove_tree(dir->path, err);
    cleanup_close_fd(&dir->lock_fd);
    free(steal_pointer(dir->path));
    return good;
}
