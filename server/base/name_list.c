#include "base/name_list.h"
#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void name_list_free(char **names)
{
    for (char **name = names; name && *name; name++)
        free(*name);
    free((void *)names);
}

static bool is_folder(int dir_fd, const char *name)
{
    struct stat status;
    return fstatat(dir_fd, name, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

/* How long is the name that the entry's has between prefix and ending? 0: it is none. */
static size_t name_length(int dir_fd, const char *entry, const struct name_place *place)
{
    bool of_folders = strcmp(place->ending, "/") == 0;
    const char *ending = of_folders ? "" : place->ending;
    size_t around = strlen(place->prefix) + strlen(ending);
    size_t length = strlen(entry);
    if (length <= around || strncmp(entry, place->prefix, strlen(place->prefix)) != 0 ||
        strcmp(entry + length - strlen(ending), ending) != 0)
        return 0;
    length -= around;
    if (memchr(entry + strlen(place->prefix), '.', length))
        return 0;
    return !of_folders || is_folder(dir_fd, entry) ? length : 0;
}

bool name_list_load(const struct name_place *place, char ***ret_names, struct error *err)
{
    struct dirent **entries = NULL;
    int dir_fd = open(place->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int count = dir_fd < 0 ? -1 : scandirat(dir_fd, ".", &entries, NULL, alphasort);
    int failure = errno;
    char **names = count < 0 ? NULL : calloc((size_t)count + 1, sizeof(*names));
    bool good = names != NULL;
    size_t listed = 0;

    for (int i = 0; i < count; i++) {
        const char *entry = entries[i]->d_name;
        size_t length = good ? name_length(dir_fd, entry, place) : 0;
        if (length > 0) {
            names[listed] = strndup(entry + strlen(place->prefix), length);
            good = names[listed++] != NULL;
        }
        free(entries[i]);
    }
    free((void *)entries);
    if (dir_fd >= 0)
        close(dir_fd);
    if (good) {
        *ret_names = names;
        return true;
    }
    name_list_free(names);
    if (count < 0)
        return error_set(err, ERROR_SYSTEM, failure, "folder \"%s\"", place->dir);
    return error_no_memory(err, "names", (size_t)count * sizeof(*names));
}

char *name_list_join(char *const *names)
{
    char *text = NULL;
    size_t size_bytes = 0;
    FILE *stream = open_memstream(&text, &size_bytes);
    if (!stream)
        return NULL;
    for (size_t i = 0; names[i]; i++)
        fprintf(stream, "%s%s", i > 0 ? ", " : "", names[i]);
    if (!names[0])
        fputs("none", stream);
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

bool name_list_check(const char *option, const char *value, const struct name_place *place,
                     struct error *err)
{
    cleanup_name_list char **names = NULL;
    if (!name_list_load(place, &names, err))
        return false;
    for (size_t i = 0; value && names[i]; i++)
        if (strcmp(names[i], value) == 0)
            return true;
    cleanup_free char *have = name_list_join(names);
    if (!have)
        return error_no_memory(err, "a list of names", 0);
    if (!value)
        return error_set(err, ERROR_USAGE, 0, "option %s: not given (have: %s)", option, have);
    return error_set(err, ERROR_USAGE, 0, "%s \"%.100s\": no such %s (have: %s)", option, value,
                     option, have);
}
