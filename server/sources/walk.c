#include "sources/walk.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name);
    return length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0;
}

static bool take_entry(const char *folder, const char *name, const char *ending, source_fn take,
                       void *context, struct error *err)
{
    struct stat status;
    cleanup_free char *path = file_path("%s/%s", folder, name);
    if (!path)
        return error_no_memory(err, "a path", strlen(folder));
    if (lstat(path, &status) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    if (S_ISDIR(status.st_mode))
        return source_walk(path, ending, take, context, err);
    return !S_ISREG(status.st_mode) || !ends_with(name, ending) || take(context, path, err);
}

bool source_walk(const char *folder, const char *ending, source_fn take, void *context,
                 struct error *err)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);
    if (count < 0)
        return error_set(err, ERROR_SYSTEM, errno, "folder %s", folder);
    bool good = true;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (good && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            good = take_entry(folder, name, ending, take, context, err);
        free(entries[i]);
    }
    free(entries);
    return good;
}
