#include "commands/cache/firmware_cache.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/sha256.h"
#include "commands/cache/libraries.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* Names the libraries that the project was linked with. Its time is that of the last use. */
static char *mark_of(const char *dir)
{
    return file_path("%s/built", dir);
}

static bool touch(const char *path)
{
    return utimensat(AT_FDCWD, path, NULL, 0) == 0;
}

bool firmware_cache_open(const char *cache_dir, const char *key, const struct interrupt *interrupt,
                         void (*on_wait)(void *context), void *context,
                         struct firmware_entry *ret_entry, struct error *err)
{
    struct firmware_entry entry = {.dir = file_path("%s/%s", cache_dir, key), .lock_fd = -1};
    cleanup_free char *mark = entry.dir ? mark_of(entry.dir) : NULL;
    entry.project_dir = entry.dir ? file_path("%s/project", entry.dir) : NULL;
    bool good = mark && entry.project_dir ? file_make_dirs(entry.dir, err)
                                          : error_no_memory(err, "a path", strlen(cache_dir));
    good = good && lock_folder(entry.dir, interrupt, on_wait, context, &entry.lock_fd, err);
    entry.is_built = good && libraries_same(mark) && touch(mark);
    if (good && !entry.is_built) {
        unlink(mark);
        good = file_remove_tree(entry.project_dir, err);
    }
    if (entry.is_built)
        close(steal_fd(&entry.lock_fd));
    if (!good) {
        free(entry.dir);
        free(entry.project_dir);
        if (entry.lock_fd >= 0)
            close(entry.lock_fd);
        return error_wrap(err, "--cache");
    }
    *ret_entry = entry;
    return true;
}

/* An entry that nobody has used for so long, nor uses now. */
static void remove_if_old(const char *dir)
{
    enum { UNUSED_S = 30 * 24 * 60 * 60 };
    struct stat status;
    struct error ignored;
    bool taken = false;
    cleanup_fd int lock_fd = -1;
    cleanup_free char *mark = mark_of(dir);
    if (!mark || stat(mark, &status) != 0 || status.st_mtime > time(NULL) - UNUSED_S ||
        !lock_folder_now(dir, &lock_fd, &taken, &ignored) || !taken)
        return;
    /* The folder stays: somebody may wait for its lock. */
    cleanup_free char *project = file_path("%s/project", dir);
    if (project && unlink(mark) == 0)
        file_remove_tree(project, &ignored);
}

static void remove_old(const char *dir)
{
    cleanup_free char *cache_dir = strdup(dir);
    char *slash = cache_dir ? strrchr(cache_dir, '/') : NULL;
    if (!slash)
        return;
    *slash = '\0';
    cleanup_dir DIR *entries = opendir(cache_dir);
    for (struct dirent *one = NULL; entries && (one = readdir(entries)) != NULL;) {
        bool is_key = strlen(one->d_name) == SHA256_TEXT_SIZE - 1 &&
                      strspn(one->d_name, "0123456789abcdef") == SHA256_TEXT_SIZE - 1;
        cleanup_free char *path = is_key ? file_path("%s/%s", cache_dir, one->d_name) : NULL;
        if (path)
            remove_if_old(path);
    }
}

bool firmware_cache_finish(struct firmware_entry *entry, struct error *err)
{
    cleanup_free char *mark = mark_of(entry->dir);
    cleanup_free char *program = file_path("%s/microtvm-qemu", entry->project_dir);
    if (!mark || !program)
        return error_no_memory(err, "a path", strlen(entry->dir));
    unlink(program); /* the largest file of a project, and none that a run needs */
    if (!libraries_write(mark, entry->project_dir, err))
        return error_wrap(err, "--cache");
    entry->is_built = true;
    close(steal_fd(&entry->lock_fd));
    remove_old(entry->dir);
    return true;
}

void firmware_cache_close(struct firmware_entry *entry)
{
    struct error ignored;
    if (entry->dir && !entry->is_built)
        file_remove_tree(entry->project_dir, &ignored);
    if (entry->dir && entry->lock_fd >= 0)
        close(steal_fd(&entry->lock_fd));
    free(steal_pointer(entry->project_dir));
    free(steal_pointer(entry->dir));
}
