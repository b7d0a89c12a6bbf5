#include "project/choices.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long is the name between prefix and ending? 0: it is none of those. */
static size_t name_length(const struct dirent *entry, const struct choice_place *place)
{
    const char *name = entry->d_name;
    size_t prefix_length = strlen(place->prefix);
    size_t length = strlen(name);
    bool is_folder = strcmp(place->ending, "/") == 0;
    size_t ending_length = is_folder ? 0 : strlen(place->ending);
    if (name[0] == '.' || length <= prefix_length + ending_length ||
        strncmp(name, place->prefix, prefix_length) != 0)
        return 0;
    if (is_folder ? entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN
                  : strcmp(name + length - ending_length, place->ending) != 0)
        return 0;
    return length - prefix_length - ending_length;
}

/* "a, b, c" in a new string: what the folder offers. */
static bool list_choices(const struct choice_place *place, char **ret_text, struct error *err)
{
    const char *dir = place->dir;
    struct dirent **entries = NULL;
    size_t size = 0;
    char *text = NULL;
    int count = scandir(dir, &entries, NULL, alphasort);
    if (count < 0)
        return error_set(err, ERROR_SYSTEM, errno, "folder %s", dir);
    FILE *stream = open_memstream(&text, &size);
    const char *comma = "";
    for (int i = 0; i < count; i++) {
        size_t length = name_length(entries[i], place);
        if (stream && length > 0) {
            fprintf(stream, "%s%.*s", comma, (int)length,
                    entries[i]->d_name + strlen(place->prefix));
            comma = ", ";
        }
        free(entries[i]);
    }
    free(entries);
    if (!stream || fclose(stream) != 0) {
        free(text);
        return error_no_memory(err, "a list of names", size);
    }
    *ret_text = text;
    return true;
}

bool choice_check(const char *option, const char *value, const struct choice_place *place,
                  struct error *err)
{
    cleanup_free char *choices = NULL;
    if (value && *value && value[0] != '.' && !strchr(value, '/')) {
        cleanup_free char *path =
            file_path("%s/%s%s%s", place->dir, place->prefix, value, place->ending);
        if (!path)
            return error_no_memory(err, "a path", strlen(place->dir));
        if (access(path, F_OK) == 0)
            return true;
    }
    if (!list_choices(place, &choices, err))
        return false;
    if (!value)
        return error_set(err, ERROR_USAGE, 0, "option %s: not given (have: %s)", option, choices);
    return error_set(err, ERROR_USAGE, 0, "%s \"%.100s\": no such %s (have: %s)", option, value,
                     option, choices);
}
