#include "api/name_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

/* How much of the entry's name to list; 0: it is none of those looked for. */
static size_t listed_length(int dir_fd, const char *name, const char *suffix)
{
    size_t length = strlen(name);
    size_t suffix_length = suffix ? strlen(suffix) : 0;
    struct stat status;
    if (name[0] == '.' || length <= suffix_length)
        return 0;
    if (suffix)
        return strcmp(name + length - suffix_length, suffix) == 0 ? length - suffix_length : 0;
    return fstatat(dir_fd, name, &status, 0) == 0 && S_ISDIR(status.st_mode) ? length : 0;
}

bool name_list_load(const char *dir, const char *suffix, char ***ret_names, struct error *err)
{
    struct dirent **entries = NULL;
    int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int count = dir_fd < 0 ? -1 : scandirat(dir_fd, ".", &entries, NULL, alphasort);
    int failure = errno;
    char **names = count < 0 ? NULL : calloc((size_t)count + 1, sizeof(*names));
    bool good = names != NULL;
    size_t listed = 0;

    for (int i = 0; i < count; i++) {
        size_t length = listed_length(dir_fd, entries[i]->d_name, suffix);
        if (good && length > 0) {
            names[listed] = strndup(entries[i]->d_name, length);
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
        return error_set(err, ERROR_SYSTEM, failure, "folder \"%s\"", dir);
    return error_no_memory(err, "names", (size_t)count * sizeof(*names));
}
