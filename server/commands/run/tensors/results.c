#include "commands/run/tensors/results.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "client/npy.h"
#include "commands/run/tensors/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* PATH's folder, in place: "a/b" -> "a", "a" -> ".", "/a" -> "/". PATH is not empty. */
static void go_up(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash)
        path[0] = '.';
    bool keeps_one = !slash || slash == path;
    (keeps_one ? path + 1 : slash)[0] = '\0';
}

/* A new string: DIR without slashes at its end. */
static char *without_slashes(const char *dir)
{
    size_t length = strlen(dir);
    while (length > 1 && dir[length - 1] == '/')
        length--;
    return strndup(dir, length);
}

/* A new string: DIR, or what of the folders that lead to it is there. NULL: no memory. */
static char *existing_part(const char *dir)
{
    char *path = without_slashes(dir);
    while (path && strcmp(path, ".") != 0 && access(path, F_OK) != 0 && errno == ENOENT)
        go_up(path);
    return path;
}

bool results_check(const char *option, const char *dir, struct error *err)
{
    struct stat status;
    if (dir[0] == '\0')
        return error_set(err, ERROR_USAGE, 0, "--%s \"\": no folder is named", option);
    cleanup_free char *path = existing_part(dir);
    if (!path)
        return error_no_memory(err, "a path", strlen(dir));
    if (stat(path, &status) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "--%s %s", option, path);
    if (!S_ISDIR(status.st_mode))
        return error_set(err, ERROR_SYSTEM, ENOTDIR, "--%s %s", option, path);
    return access(path, W_OK | X_OK) == 0 ||
           error_set(err, ERROR_SYSTEM, errno, "--%s %s", option, path);
}

/* The file of an output, or the one that it has until all are there. */
static char *path_of(const struct device_model *model, size_t index, const char *dir, bool is_whole)
{
    cleanup_free char *name = run_output_file_name(model->outputs, index);
    return name ? file_path(is_whole ? "%s/%s" : "%s/.%s.part", dir, name) : NULL;
}

static bool write_part(const struct run_data *data, const struct device_model *model, size_t index,
                       const char *dir, struct error *err)
{
    cleanup_free char *path = path_of(model, index, dir, false);
    return path ? npy_save(path, &data->outputs[index], err) : error_no_memory(err, "a path", 0);
}

static bool finish_part(const struct device_model *model, size_t index, const char *dir,
                        struct error *err)
{
    cleanup_free char *part = path_of(model, index, dir, false);
    cleanup_free char *whole = path_of(model, index, dir, true);
    if (!part || !whole)
        return error_no_memory(err, "a path", 0);
    return rename(part, whole) == 0 || error_set(err, ERROR_SYSTEM, errno, "%s", whole);
}

static void remove_parts(const struct device_model *model, const char *dir, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cleanup_free char *path = path_of(model, i, dir, false);
        if (path)
            unlink(path);
    }
}

/* In a folder that is there. An output that was never written has no file. */
static bool write_all(const struct run_data *data, const struct device_model *model,
                      const char *dir, struct error *err)
{
    size_t count = data->outputs_count;
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = !data->outputs[i].data || write_part(data, model, i, dir, err);
    for (size_t i = 0; good && i < count; i++)
        good = !data->outputs[i].data || finish_part(model, i, dir, err);
    if (!good)
        remove_parts(model, dir, count);
    return good;
}

/* DIR and the folders that lead to it, as long as they are empty, but none above KEEP. */
static void remove_empty(const char *dir, const char *keep)
{
    cleanup_free char *path = without_slashes(dir);
    while (path && strlen(path) > strlen(keep) && rmdir(path) == 0)
        go_up(path);
}

bool results_write(const struct run_data *data, const struct device_model *model, const char *dir,
                   struct error *err)
{
    cleanup_free char *there = existing_part(dir);
    if (!there)
        return error_no_memory(err, "a path", strlen(dir));
    if (file_make_dirs(dir, err) && write_all(data, model, dir, err))
        return true;
    remove_empty(dir, strcmp(there, ".") == 0 ? "" : there);
    return false;
}
