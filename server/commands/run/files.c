#include "commands/run/files.h"

#include "model/code.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A split is where the path begins: at the text's beginning, or behind a '='. The one after it;
 * NULL: there is none. A name is not empty, nor is a path. */
static const char *next_split(const char *path)
{
    const char *equals = path[0] ? strchr(path + 1, '=') : NULL;
    return equals && equals[1] ? equals + 1 : NULL;
}

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

static bool take_split(struct run_tensor *file, const char *path, struct error *err)
{
    file->path = path;
    if (path == file->text)
        return true;
    file->name = strndup(file->text, (size_t)(path - file->text) - 1);
    return file->name || error_no_memory(err, "a name", strlen(file->text));
}

bool run_file_load(const char *path, const char *option, struct tensor *ret_tensor,
                   struct error *err)
{
    if (npy_load(path, ret_tensor, err))
        return true;
    /* A file that is not there or not to be read is the user's to mend. */
    if (err->kind == ERROR_SYSTEM &&
        (err->os == ENOENT || err->os == EACCES || err->os == EISDIR || err->os == ENOTDIR))
        err->kind = ERROR_USAGE;
    return error_wrap(err, "--%s", option);
}

static bool load(struct run_tensor *file, const char *option, struct error *err)
{
    return run_file_load(file->path, option, &file->tensor, err);
}

/* By the files that are there. None is: it is about the first path that may be meant. */
static bool split_by_files(struct run_tensor *file, const char *option, struct error *err)
{
    const char *only = NULL;
    const char *path = file->text;
    do {
        if (!is_file(path))
            continue;
        if (only)
            return true; /* the model's names will tell */
        only = path;
    } while ((path = next_split(path)));
    if (!only) {
        const char *first = next_split(file->text);
        only = first ? first : file->text;
    }
    return take_split(file, only, err) && load(file, option, err);
}

bool run_files_load(const char *const *texts, size_t count, const char *option,
                    struct run_tensor **ret_files, struct error *err)
{
    struct run_tensor *files = calloc(count + 1, sizeof(*files));
    if (!files)
        return error_no_memory(err, "arguments", count * sizeof(*files));
    for (size_t i = 0; i < count; i++) {
        files[i].text = texts[i];
        if (!split_by_files(&files[i], option, err)) {
            run_files_dispose(files, count);
            return false;
        }
    }
    *ret_files = files;
    return true;
}

/* ---- against the archive ---- */

/* The index of the tensor of this name, or number; count: there is none. */
static size_t find(const char *name, const struct model_tensor *tensors, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(tensors[i].name, name) == 0)
            return i;
    bool is_number = name[0] != '\0' && name[strspn(name, "0123456789")] == '\0';
    unsigned long number = strtoul(name, NULL, 10);
    return is_number && number < count ? number : count;
}

static bool names_one(const struct run_tensor *file, const char *path,
                      const struct model_tensor *tensors, size_t count)
{
    char *name = strndup(file->text, (size_t)(path - file->text) - 1);
    bool known = name && find(name, tensors, count) < count;
    free(name);
    return known;
}

/* By the names, among the files that are there. */
static bool split_by_names(struct run_tensor *file, const struct model_tensor *tensors,
                           size_t count, const char *option, struct error *err)
{
    const char *named = NULL;
    const char *first = NULL;
    const char *path = file->text;
    do {
        if (!is_file(path))
            continue;
        if (!first)
            first = path;
        if (path == file->text || !names_one(file, path, tensors, count))
            continue;
        if (named)
            return error_set(err, ERROR_USAGE, 0,
                             "--%s %s: the model and the files leave open which '=' ends the name: "
                             "write the path with ./ in front",
                             option, file->text);
        named = path;
    } while ((path = next_split(path)));
    return take_split(file,
                      named   ? named
                      : first ? first
                              : file->text,
                      err) &&
           load(file, option, err);
}

bool run_files_list(const struct model_tensor *tensors, size_t count, const char *option,
                    struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (tensors[i].dtype)
            error_append(err, "  --%s %s=FILE.npy  %s, %" PRIu64 " bytes", option, tensors[i].name,
                         tensors[i].dtype, tensors[i].size_bytes);
        else
            error_append(err, "  --%s %s=FILE.npy", option, tensors[i].name);
    }
    return false;
}

static bool find_tensor(struct run_tensor *file, const struct model_tensor *tensors, size_t count,
                        const char *option, struct error *err)
{
    size_t index = file->name ? find(file->name, tensors, count) : file->place;
    if (index >= count) {
        error_set(err, ERROR_USAGE, 0, "--%s %s: the model has no such tensor; it has %zu:", option,
                  file->name ? file->name : file->path, count);
        return run_files_list(tensors, count, option, err);
    }
    file->of = &tensors[index];
    for (const struct model_tensor *other = tensors; other < file->of; other++)
        file->namesakes += model_names_match(other->name, file->of->name);
    return true;
}

bool run_files_settle(struct run_tensor *files, size_t files_count,
                      const struct model_tensor *tensors, size_t count, const char *option,
                      struct error *err)
{
    size_t place = 0;
    for (size_t i = 0; i < files_count; i++) {
        if (!files[i].path && !split_by_names(&files[i], tensors, count, option, err))
            return false;
        if (!files[i].name)
            files[i].place = place++;
        /* An old archive names none: then only the device knows. */
        if (count > 0 && !find_tensor(&files[i], tensors, count, option, err))
            return false;
    }
    return true;
}

void run_files_dispose(struct run_tensor *files, size_t count)
{
    for (size_t i = 0; files && i < count; i++) {
        tensor_dispose(&files[i].tensor);
        free(files[i].name);
    }
    free(files);
}
