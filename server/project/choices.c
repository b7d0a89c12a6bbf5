#include "project/choices.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_ending(const char *name, const char *ending)
{
    size_t length = strlen(name);
    return length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0;
}

/* "a, b, c" in a new string: what DIR offers. */
static bool list_choices(const char *dir, const char *ending, char **ret_text, struct error *err)
{
    struct dirent **entries = NULL;
    size_t size = 0;
    char *text = NULL;
    int count = scandir(dir, &entries, NULL, alphasort);
    if (count < 0)
        return error_set(err, ERROR_SYSTEM, errno, "folder %s", dir);
    FILE *stream = open_memstream(&text, &size);
    const char *comma = "";
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (stream && name[0] != '.' && has_ending(name, ending)) {
            fprintf(stream, "%s%.*s", comma, (int)(strlen(name) - strlen(ending)), name);
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

bool choice_check(const char *option, const char *value, const char *dir, const char *ending,
                  struct error *err)
{
    cleanup_free char *choices = NULL;
    if (value && *value && value[0] != '.' && !strchr(value, '/')) {
        cleanup_free char *path = file_path("%s/%s%s", dir, value, ending);
        if (!path)
            return error_no_memory(err, "a path", strlen(dir));
        if (access(path, F_OK) == 0)
            return true;
    }
    if (!list_choices(dir, ending, &choices, err))
        return false;
    if (!value)
        return error_set(err, ERROR_USAGE, 0, "option %s: not given (have: %s)", option, choices);
    return error_set(err, ERROR_USAGE, 0, "%s \"%.100s\": no such %s (have: %s)", option, value,
                     option, choices);
}
