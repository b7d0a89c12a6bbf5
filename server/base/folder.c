/* The part of file.h that walks through folders. */
#include "base/cleanup.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDER_MODE = 0777 }; /* less the umask */

static void cleanup_close_fts(FTS **tree)
{
    if (*tree)
        fts_close(*tree);
}

#define cleanup_fts __attribute__((cleanup(cleanup_close_fts)))

static bool open_tree(const char *path, int options, FTS **ret_tree, struct error *err)
{
    char *const roots[] = {(char *)path, NULL};
    FTS *tree = fts_open(roots, options | FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    *ret_tree = tree;
    return true;
}

/* The next entry, NULL at the end. */
static bool next_entry(FTS *tree, const char *path, FTSENT **ret_entry, struct error *err)
{
    errno = 0;
    FTSENT *entry = fts_read(tree);
    if (!entry && errno != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    if (entry &&
        (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS))
        return error_set(err, ERROR_SYSTEM, entry->fts_errno, "%s", entry->fts_path);
    *ret_entry = entry;
    return true;
}

struct tree_copy {
    const char *to;
    dev_t to_device;
    ino_t to_inode;
    size_t from_length;
};

static bool copy_folder(struct tree_copy *copy, const FTSENT *entry, const char *to,
                        struct error *err)
{
    const struct stat *from = entry->fts_statp;
    if (entry->fts_level > 0 && from->st_dev == copy->to_device && from->st_ino == copy->to_inode)
        return error_set(err, ERROR_USAGE, 0, "%s: cannot copy a folder into itself", copy->to);
    if (mkdir(to, (from->st_mode & FOLDER_MODE) | S_IRWXU) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", to);
    struct stat made;
    if (entry->fts_level > 0)
        return true;
    if (stat(to, &made) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", to);
    copy->to_device = made.st_dev;
    copy->to_inode = made.st_ino;
    return true;
}

static bool copy_entry(struct tree_copy *copy, const FTSENT *entry, struct error *err)
{
    cleanup_free char *to = file_path("%s%s", copy->to, entry->fts_path + copy->from_length);
    if (!to)
        return error_no_memory(err, "a path", entry->fts_pathlen);
    switch (entry->fts_info) {
    case FTS_D:
        return copy_folder(copy, entry, to, err);
    case FTS_DP:
        return true;
    case FTS_F:
        if (!file_copy(entry->fts_path, to, err))
            return false;
        if (!(entry->fts_statp->st_mode & S_IWUSR) &&
            chmod(to, (entry->fts_statp->st_mode & FOLDER_MODE) | S_IWUSR) != 0)
            return error_set(err, ERROR_SYSTEM, errno, "%s", to);
        return true;
    default:
        return error_set(err, ERROR_USAGE, 0,
                         "%s: neither a regular file nor a folder (links are not copied)",
                         entry->fts_path);
    }
}

bool file_copy_tree(const char *from, const char *to, struct error *err)
{
    struct stat status;
    if (stat(from, &status) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", from);
    if (!S_ISDIR(status.st_mode))
        return error_set(err, ERROR_SYSTEM, ENOTDIR, "%s", from);
    cleanup_fts FTS *tree = NULL;
    if (!open_tree(from, FTS_COMFOLLOW, &tree, err))
        return false;
    struct tree_copy copy = {.to = to, .from_length = strlen(from)};
    /* fts joins "from/" and "name" without a second slash */
    while (copy.from_length > 0 && from[copy.from_length - 1] == '/')
        copy.from_length--;
    for (;;) {
        FTSENT *entry = NULL;
        if (!next_entry(tree, from, &entry, err))
            return false;
        if (!entry)
            return true;
        if (!copy_entry(&copy, entry, err))
            return false;
    }
}

static bool make_dir(const char *path, const char *asked, struct error *err)
{
    struct stat status;
    if (mkdir(path, FOLDER_MODE) == 0)
        return true;
    if (errno != EEXIST)
        return error_set(err, ERROR_SYSTEM, errno, "%s", asked);
    if (stat(path, &status) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", asked);
    if (!S_ISDIR(status.st_mode))
        return error_set(err, ERROR_SYSTEM, ENOTDIR, "%s", asked);
    return true;
}

bool file_make_dirs(const char *path, struct error *err)
{
    cleanup_free char *part = file_path("%s", path);
    if (!part)
        return error_no_memory(err, path, strlen(path));
    for (char *slash = part; *slash; slash++) {
        if (*slash != '/' || slash == part)
            continue;
        *slash = '\0';
        if (!make_dir(part, path, err))
            return false;
        *slash = '/';
    }
    return make_dir(part, path, err);
}

static bool remove_entry(const FTSENT *entry, struct error *err)
{
    int result = 0;
    if (entry->fts_info == FTS_D) {
        /* A folder that we may not list or empty, but own. */
        if ((entry->fts_statp->st_mode & S_IRWXU) != S_IRWXU)
            result = chmod(entry->fts_path, S_IRWXU);
    } else if (entry->fts_info == FTS_DP) {
        result = rmdir(entry->fts_path);
    } else {
        result = unlink(entry->fts_path);
    }
    if (result != 0 && errno != ENOENT)
        return error_set(err, ERROR_SYSTEM, errno, "%s", entry->fts_path);
    return true;
}

bool file_remove_tree(const char *path, struct error *err)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT || error_set(err, ERROR_SYSTEM, errno, "%s", path);
    cleanup_fts FTS *tree = NULL;
    if (!open_tree(path, 0, &tree, err))
        return false;
    for (;;) {
        FTSENT *entry = NULL;
        if (!next_entry(tree, path, &entry, err))
            return false;
        if (!entry)
            return true;
        if (!remove_entry(entry, err))
            return false;
    }
}
