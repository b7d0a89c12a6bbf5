#include "project/extra.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where they are until each has its place. */
#define UNPACKED_NAME ".extra_files"

/* One addition: from a folder beside the project's files into them. */
struct extra {
    const char *archive_path;
    const char *from;
    const char *project;
    FILE *sources; /* EXTRA_SOURCES_FILE in the making */
};

/* What generating or building a project makes later. */
static bool is_reserved(const char *name)
{
    static const char *const NAMES[] = {
        "build", "cmsis", "flash.elf", "project.json", EXTRA_SOURCES_FILE, UNPACKED_NAME};
    size_t length = strcspn(name, "/");
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (strlen(NAMES[i]) == length && strncmp(NAMES[i], name, length) == 0)
            return true;
    return false;
}

static bool is_source(const char *name)
{
    static const char *const ENDINGS[] = {".c", ".S", ".s", ".cc", ".cpp", ".cxx"};
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending && i < sizeof(ENDINGS) / sizeof(ENDINGS[0]); i++)
        if (strcmp(ending, ENDINGS[i]) == 0)
            return true;
    return false;
}

static bool refuse(const struct extra *extra, const char *name, struct error *err)
{
    return error_set(err, ERROR_USAGE, 0,
                     "option extra_files_tar: archive %s: entry \"%s\": a project has a file or "
                     "folder of its own of this name: choose another one",
                     extra->archive_path, name);
}

/* Renamed only where nothing stands. */
static bool move_file(const struct extra *extra, const char *name, const char *from, const char *to,
                      struct error *err)
{
    struct stat status;
    if (lstat(to, &status) == 0)
        return refuse(extra, name, err);
    if (rename(from, to) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", to);
    if (is_source(name))
        fprintf(extra->sources, "%s\n", name);
    return true;
}

static bool move_folder(const struct extra *extra, const char *name, struct error *err);

static bool move_entry(const struct extra *extra, const char *name, struct error *err)
{
    struct stat status;
    struct stat there;
    cleanup_free char *from = file_path("%s/%s", extra->from, name);
    cleanup_free char *to = file_path("%s/%s", extra->project, name);
    if (!from || !to)
        return error_no_memory(err, "a path", strlen(name));
    if (is_reserved(name))
        return refuse(extra, name, err);
    if (lstat(from, &status) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", from);
    if (!S_ISDIR(status.st_mode))
        return move_file(extra, name, from, to, err);
    if (mkdir(to, 0777) == 0 || (lstat(to, &there) == 0 && S_ISDIR(there.st_mode)))
        return move_folder(extra, name, err);
    return errno == EEXIST ? refuse(extra, name, err)
                           : error_set(err, ERROR_SYSTEM, errno, "%s", to);
}

/* All that is in FROM/NAME; NAME is "" for FROM itself. */
static bool move_folder(const struct extra *extra, const char *name, struct error *err)
{
    struct dirent **entries = NULL;
    cleanup_free char *path = file_path("%s/%s", extra->from, name);
    int count = path ? scandir(path, &entries, NULL, alphasort) : -1;
    if (!path)
        return error_no_memory(err, "a path", strlen(name));
    if (count < 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    bool good = true;
    for (int i = 0; i < count; i++) {
        const char *entry = entries[i]->d_name;
        if (good && strcmp(entry, ".") != 0 && strcmp(entry, "..") != 0) {
            cleanup_free char *inner = file_path("%s%s%s", name, *name ? "/" : "", entry);
            good = inner ? move_entry(extra, inner, err) : error_no_memory(err, "a path", 0);
        }
        free(entries[i]);
    }
    free(entries);
    return good;
}

static bool move_all(struct extra *extra, struct error *err)
{
    char *text = NULL;
    size_t size = 0;
    cleanup_free char *list = file_path("%s/" EXTRA_SOURCES_FILE, extra->project);
    extra->sources = open_memstream(&text, &size);
    if (!list || !extra->sources)
        return error_no_memory(err, "a list of sources", 0);
    bool good = move_folder(extra, "", err);
    if (fclose(extra->sources) != 0 && good)
        good = error_no_memory(err, "a list of sources", size);
    good = good && file_write(list, text, size, 0644, err);
    free(text);
    return good;
}

bool extra_add(const char *archive_path, const char *project, struct error *err)
{
    if (!archive_path || !*archive_path)
        return true;
    cleanup_free char *from = file_path("%s/" UNPACKED_NAME, project);
    struct extra extra = {.archive_path = archive_path, .from = from, .project = project};
    if (!from)
        return error_no_memory(err, "a path", strlen(project));
    return file_make_dirs(from, err) && archive_extract_extra(archive_path, from, err) &&
           move_all(&extra, err) && file_remove_tree(from, err);
}
