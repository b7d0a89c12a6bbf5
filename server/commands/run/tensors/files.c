#include "commands/run/tensors/files.h"

#include "base/cleanup.h"
#include "client/npy.h"
#include "client/npz.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
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
    error_named_file(err);
    return error_wrap(err, "--%s", option);
}

static bool no_array(const struct run_tensor *file, const struct npz *npz, const char *option,
                     struct error *err)
{
    char names[512] = "none";
    size_t used = 0;
    for (size_t i = 0; i < npz->count && used < sizeof(names); i++)
        used += (size_t)snprintf(names + used, sizeof(names) - used, "%s\"%s\"", i > 0 ? ", " : "",
                                 npz->arrays[i].name);
    return error_set(err, ERROR_USAGE, 0, "--%s %s: there is no array \"%s\" in it (has: %s)",
                     option, file->path, file->name ? file->name : "", names);
}

/* The array of a name that an archive of several has. */
static bool load_array(struct run_tensor *file, const char *option, struct error *err)
{
    struct npz npz;
    if (!npz_load(file->path, &npz, err)) {
        error_named_file(err);
        return error_wrap(err, "--%s", option);
    }
    bool found = false;
    for (size_t i = 0; i < npz.count && !found; i++) {
        found = file->name ? strcmp(npz.arrays[i].name, file->name) == 0 : npz.count == 1;
        if (!found)
            continue;
        file->tensor = npz.arrays[i].tensor;
        npz.arrays[i].tensor.data = NULL;
    }
    found = found || no_array(file, &npz, option, err);
    npz_dispose(&npz);
    return found;
}

static bool load(struct run_tensor *file, const char *option, struct error *err)
{
    return npz_is_name(file->path) ? load_array(file, option, err)
                                   : run_file_load(file->path, option, &file->tensor, err);
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

/* The arguments' tensors as far as they are known. */
struct list {
    struct run_tensor *items;
    size_t count;
};

static struct run_tensor *add(struct list *list, const char *text, struct error *err)
{
    struct run_tensor *grown = realloc(list->items, (list->count + 1) * sizeof(*grown));
    if (!grown) {
        error_no_memory(err, "arguments", (list->count + 1) * sizeof(*grown));
        return NULL;
    }
    list->items = grown;
    grown[list->count] = (struct run_tensor){.text = text};
    return &grown[list->count++];
}

/* numpy.savez calls them so when it is told no names: they go by their place. */
static bool is_nameless(const char *name)
{
    static const char PREFIX[] = "arr_";
    size_t length = strlen(PREFIX);
    return strncmp(name, PREFIX, length) == 0 && name[length] &&
           name[length + strspn(name + length, "0123456789")] == '\0';
}

/* Each array of an archive that is given without a name, as if it were a file of its own. */
static bool add_arrays(struct list *list, const char *text, const char *option, struct error *err)
{
    struct npz npz;
    if (!npz_load(text, &npz, err))
        return error_wrap(err, "--%s", option);
    bool good = true;
    for (size_t i = 0; good && i < npz.count; i++) {
        struct run_tensor *file = add(list, text, err);
        good = file != NULL;
        if (!good)
            break;
        file->path = text;
        file->tensor = npz.arrays[i].tensor;
        npz.arrays[i].tensor.data = NULL;
        if (!is_nameless(npz.arrays[i].name))
            file->name = steal_pointer(npz.arrays[i].name);
    }
    npz_dispose(&npz);
    return good;
}

static bool add_argument(struct list *list, const char *text, const char *option, struct error *err)
{
    if (npz_is_name(text) && is_file(text))
        return add_arrays(list, text, option, err);
    struct run_tensor *file = add(list, text, err);
    return file && split_by_files(file, option, err);
}

bool run_files_load(const char *const *texts, size_t count, const char *option,
                    struct run_tensor **ret_files, size_t *ret_files_count, struct error *err)
{
    struct list list = {.count = 0};
    for (size_t i = 0; i < count; i++)
        if (!add_argument(&list, texts[i], option, err)) {
            run_files_dispose(list.items, list.count);
            return false;
        }
    *ret_files = list.items;
    *ret_files_count = list.count;
    return true;
}

/* ---- against the archive ---- */

static bool same_name(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* The only tensor of the same name; count: there is none, or more than one. */
static size_t find_only(const char *name, const struct run_side *side,
                        bool (*same)(const char *a, const char *b))
{
    size_t found = side->count;
    for (size_t i = 0; i < side->count; i++) {
        if (!same(name, side->tensors[i].name))
            continue;
        if (found < side->count)
            return side->count;
        found = i;
    }
    return found;
}

/* The index of the tensor of this name, or number; count: there is none. */
static size_t find(const char *name, const struct run_side *side)
{
    size_t found = find_only(name, side, same_name);
    if (found == side->count)
        found = find_only(name, side, model_names_match);
    const char *digits = name + (name[0] == '#');
    bool is_number = digits[0] != '\0' && digits[strspn(digits, "0123456789")] == '\0';
    unsigned long number = strtoul(digits, NULL, 10);
    return found == side->count && is_number && number < side->count ? number : found;
}

static bool names_one(const struct run_tensor *file, const char *path, const struct run_side *side)
{
    char *name = strndup(file->text, (size_t)(path - file->text) - 1);
    bool known = name && find(name, side) < side->count;
    free(name);
    return known;
}

/* By the names, among the files that are there. */
static bool split_by_names(struct run_tensor *file, const struct run_side *side, struct error *err)
{
    const char *named = NULL;
    const char *first = NULL;
    const char *path = file->text;
    do {
        if (!is_file(path))
            continue;
        if (!first)
            first = path;
        if (path == file->text || !names_one(file, path, side))
            continue;
        if (named)
            return error_set(err, ERROR_USAGE, 0,
                             "--%s %s: the model and the files leave open which '=' ends the name: "
                             "write the path with ./ in front",
                             side->option, file->text);
        named = path;
    } while ((path = next_split(path)));
    return take_split(file,
                      named   ? named
                      : first ? first
                              : file->text,
                      err) &&
           load(file, side->option, err);
}

/* By number where names say nothing. */
bool run_files_list(const struct run_side *side, struct error *err)
{
    for (size_t i = 0; i < side->count; i++) {
        const struct model_tensor *tensor = &side->tensors[i];
        char number[24];
        char type[80] = "";
        snprintf(number, sizeof(number), "%zu", i);
        if (tensor->dtype)
            snprintf(type, sizeof(type), "  %.32s, %" PRIu64 " bytes", tensor->dtype,
                     tensor->size_bytes);
        error_append(err, "  --%s %s=FILE.npy%s", side->option, side->note ? number : tensor->name,
                     type);
    }
    return false;
}

static bool refuse_name(const struct run_tensor *file, const struct run_side *side,
                        struct error *err)
{
    if (side->note && file->name)
        error_set(err, ERROR_USAGE, 0, "--%s %s: %s; give the number:", side->option, file->name,
                  side->note);
    else
        error_set(err, ERROR_USAGE, 0,
                  "--%s %s: the model has no such tensor; it has %zu:", side->option,
                  file->name ? file->name : file->path, side->count);
    return run_files_list(side, err);
}

static bool find_tensor(struct run_tensor *file, const struct run_side *side, struct error *err)
{
    size_t index = file->name ? find(file->name, side) : file->place;
    if (index >= side->count)
        return refuse_name(file, side, err);
    file->of = &side->tensors[index];
    for (const struct model_tensor *other = side->tensors; other < file->of; other++)
        file->namesakes += model_names_match(other->name, file->of->name);
    return true;
}

bool run_files_settle(struct run_tensor *files, size_t files_count, const struct run_side *side,
                      struct error *err)
{
    size_t place = 0;
    for (size_t i = 0; i < files_count; i++) {
        if (!files[i].path && !split_by_names(&files[i], side, err))
            return false;
        if (!files[i].name)
            files[i].place = place++;
        /* An old archive names none: then only the device knows. */
        if (side->count > 0 && !find_tensor(&files[i], side, err))
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
