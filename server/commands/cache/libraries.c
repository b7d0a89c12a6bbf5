#include "commands/cache/libraries.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_MAP_BYTES = 1 << 28, MAX_LIST_BYTES = 1 << 20, STAMP_SIZE = 80 };

/* Size and time, which an upgrade changes. A file that is gone has a stamp, too. */
static void stamp_of(const char *path, char ret_stamp[STAMP_SIZE])
{
    struct stat status;
    if (stat(path, &status) != 0)
        snprintf(ret_stamp, STAMP_SIZE, "gone");
    else
        snprintf(ret_stamp, STAMP_SIZE, "%lld %lld.%09ld", (long long)status.st_size,
                 (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

/* GNU ld's map says "LOAD FILE" of each; a project's own are named from its build folder. */
static void list_libraries(FILE *out, char *map)
{
    static const char LOAD[] = "LOAD /";
    char stamp[STAMP_SIZE];
    char *rest = map;
    for (char *line = NULL; (line = strsep(&rest, "\n")) != NULL;)
        if (strncmp(line, LOAD, strlen(LOAD)) == 0) {
            const char *path = line + strlen(LOAD) - 1;
            stamp_of(path, stamp);
            fprintf(out, "%s %s\n", path, stamp);
        }
}

bool libraries_write(const char *list, const char *project_dir, struct error *err)
{
    cleanup_free char *map_path = file_path("%s/build/firmware.map", project_dir);
    cleanup_free char *map = NULL;
    cleanup_free char *text = NULL;
    size_t size_bytes = 0;
    if (!map_path)
        return error_no_memory(err, "a path", strlen(project_dir));
    if (!file_read(map_path, MAX_MAP_BYTES, &map, NULL, err))
        return false;
    FILE *out = open_memstream(&text, &size_bytes);
    if (!out)
        return error_no_memory(err, "a list", 0);
    list_libraries(out, map);
    bool whole = ferror(out) == 0;
    if (fclose(out) != 0 || !whole)
        return error_no_memory(err, "a list", size_bytes);
    return file_write(list, text, size_bytes, 0644, err);
}

/* "PATH SIZE TIME", or "PATH gone": the stamp of PATH now is what the line ends in. A path may hold
 * blanks. */
static bool line_holds(const char *line)
{
    char stamp[STAMP_SIZE];
    for (const char *blank = strchr(line, ' '); blank; blank = strchr(blank + 1, ' ')) {
        cleanup_free char *path = strndup(line, (size_t)(blank - line));
        if (!path)
            return false;
        stamp_of(path, stamp);
        if (strcmp(blank + 1, stamp) == 0)
            return true;
    }
    return false;
}

bool libraries_same(const char *list)
{
    struct error ignored;
    cleanup_free char *text = NULL;
    bool same = file_read(list, MAX_LIST_BYTES, &text, NULL, &ignored) && text[0] != '\0';
    char *rest = text;
    for (char *line = NULL; same && (line = strsep(&rest, "\n")) != NULL;)
        same = line[0] == '\0' || line_holds(line);
    return same;
}
