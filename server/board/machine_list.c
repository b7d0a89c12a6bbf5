/* The part of machine.h that looks through a folder. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/name_list.h"
#include "board/machine.h"

#include <stdlib.h>
#include <string.h>

static const char suffix[] = ".json";

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
    return name_list_check("board", name, &(struct name_place){dir, "", suffix}, err) &&
           load_named(dir, name, ret_machine, err);
}

bool machine_list_load(const char *dir, struct machine_list *ret_list, struct error *err)
{
    cleanup_name_list char **names = NULL;
    size_t count = 0;
    if (!name_list_load(&(struct name_place){dir, "", suffix}, &names, err))
        return false;
    while (names[count])
        count++;
    struct machine_list list = {.items = calloc(count + 1, sizeof(*list.items))};
    if (!list.items)
        return error_no_memory(err, "boards", (count + 1) * sizeof(*list.items));
    for (; list.count < count; list.count++)
        if (!load_named(dir, names[list.count], &list.items[list.count], err)) {
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
