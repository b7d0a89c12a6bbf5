#include "base/program.h"

#include "base/file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

char *program_find(const char *name)
{
    const char *at = getenv("PATH"); /* NOLINT(concurrency-mt-unsafe): one thread */
    if (strchr(name, '/'))
        return is_program(name) ? strdup(name) : NULL;
    for (at = at ? at : "/bin:/usr/bin";; at++) {
        size_t length = strcspn(at, ":");
        char *path = file_path("%.*s/%s", length ? (int)length : 1, length ? at : ".", name);
        if (path && is_program(path))
            return path;
        free(path);
        at += length;
        if (!*at)
            return NULL;
    }
}
