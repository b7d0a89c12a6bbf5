/* The part of machine.h that looks through a folder. */
#include "base/cleanup.h"
#include "base/file.h"
#include "board/machine.h"

#include <errno.h>
#include <string.h>

static const char suffix[] = ".json";

/* A sorted list of names, without ".json"; free each and the array. */
struct names {
    char **items;
    size_t count;
};

static void dispose_names(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
}

#define cleanup_names __attribute__((cleanup(dispose_names)))

static bool add_name(struct names *names, const char *file, struct error *err)
{
    size_t length = strlen(file);
    size_t stem = length > strlen(suffix) ? length - strlen(suffix) : 0;
    if (file[0] == '.' || stem == 0 || strcmp(file + stem, suffix) != 0)
        return true;
    char **larger = reallocarray(names->items, names->count + 1, sizeof(*larger));
    if (!larger)
        return error_no_memory(err, "board names", (names->count + 1) * sizeof(*larger));
    names->items = larger;
    char *name = strndup(file, stem);
    if (!name)
        return error_no_memory(err, "a board's name", stem);
    names->items[names->count++] = name;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool list_names(const char *dir, struct names *names, struct error *err)
{
    cleanup_dir DIR *folder = opendir(dir);
    if (!folder)
        return error_set(err, ERROR_SYSTEM, errno, "%s", dir);
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (!entry && errno != 0)
            return error_set(err, ERROR_SYSTEM, errno, "%s", dir);
        if (!entry)
            break;
        if (!add_name(names, entry->d_name, err))
            return false;
    }
    if (names->count > 0)
        qsort(names->items, names->count, sizeof(*names->items), compare_names);
    return true;
}

static bool has_name(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

static bool unknown(const struct names *names, const char *name, struct error *err)
{
    size_t size = 1;
    for (size_t i = 0; i < names->count; i++)
        size += strlen(names->items[i]) + strlen(", ");
    char *have = calloc(1, size);
    if (!have)
        return error_no_memory(err, "board names", size);
    char *end = have;
    for (size_t i = 0; i < names->count; i++)
        end = stpcpy(stpcpy(end, i > 0 ? ", " : ""), names->items[i]);
    error_set(err, ERROR_USAGE, 0, "board \"%s\": no such board (have: %s)", name,
              names->count > 0 ? have : "none");
    free(have);
    return false;
}

/* Options are written with the file's name, and lists show the "name" key: they must agree. */
static bool load_named(const char *dir, const char *name, struct machine *ret_machine,
                       struct error *err)
{
    cleanup_free char *path = file_path("%s/%s%s", dir, name, suffix);
    if (!path)
        return error_no_memory(err, "a path", strlen(dir) + strlen(name));
    struct machine machine;
    if (!machine_load_file(path, &machine, err))
        return false;
    if (strcmp(machine.name, name) != 0) {
        error_set(err, ERROR_USAGE, 0,
                  "%s: \"name\" is \"%s\", but must be the file's name, \"%s\"", path, machine.name,
                  name);
        machine_dispose(&machine);
        return false;
    }
    *ret_machine = machine;
    return true;
}

bool machine_load(const char *dir, const char *name, struct machine *ret_machine, struct error *err)
{
    cleanup_names struct names names = {.items = NULL};
    if (!list_names(dir, &names, err))
        return false;
    if (!has_name(&names, name))
        return unknown(&names, name, err);
    return load_named(dir, name, ret_machine, err);
}

bool machine_list_load(const char *dir, struct machine_list *ret_list, struct error *err)
{
    cleanup_names struct names names = {.items = NULL};
    if (!list_names(dir, &names, err))
        return false;
    struct machine_list list = {.items = calloc(names.count + 1, sizeof(*list.items))};
    if (!list.items)
        return error_no_memory(err, "boards", (names.count + 1) * sizeof(*list.items));
    for (; list.count < names.count; list.count++)
        if (!load_named(dir, names.items[list.count], &list.items[list.count], err)) {
            machine_list_dispose(&list);
            return false;
        }
    *ret_list = list;
    return true;
}

void machine_list_dispose(struct machine_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        machine_dispose(&list->items[i]);
    free(list->items);
    *list = (struct machine_list){.items = NULL};
}
