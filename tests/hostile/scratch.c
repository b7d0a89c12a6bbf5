#include "hostile/scratch.h"

#include "base/error.h"
#include "base/file.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATHS = 16, PATH_SIZE = 4096 };

static char scratch_dir[PATH_SIZE];
static char mounted_dir[PATH_SIZE]; /* "": none */

void scratch_make(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(scratch_dir, sizeof(scratch_dir), "%s/scratch-XXXXXX", base && *base ? base : "/tmp");
    ck_assert_msg(mkdtemp(scratch_dir) != NULL, "mkdtemp %s: %s", scratch_dir, strerror(errno));
    char *real = realpath(scratch_dir, NULL);
    ck_assert_ptr_nonnull(real);
    snprintf(scratch_dir, sizeof(scratch_dir), "%s", real);
    free(real);
}

void scratch_remove(void)
{
    struct error err;
    if (*mounted_dir)
        ck_assert_msg(umount2(mounted_dir, MNT_DETACH) == 0, "%s", strerror(errno));
    *mounted_dir = '\0';
    ck_assert_msg(file_remove_tree(scratch_dir, &err), "%s", err.text);
}

const char *scratch_path(const char *format, ...)
{
    static char paths[PATHS][PATH_SIZE];
    static int next;
    char *path = paths[next++ % PATHS];
    int length = snprintf(path, PATH_SIZE, "%s/", scratch_dir);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(path + length, (size_t)(PATH_SIZE - length), format, arguments);
    va_end(arguments);
    return path;
}

void scratch_write(const char *name, const char *text)
{
    struct error err;
    char folder[PATH_SIZE];
    snprintf(folder, sizeof(folder), "%s", scratch_path("%s", name));
    *strrchr(folder, '/') = '\0';
    ck_assert_msg(file_make_dirs(folder, &err), "%s", err.text);
    ck_assert_msg(file_write(scratch_path("%s", name), text, strlen(text), 0644, &err), "%s",
                  err.text);
}

static void list_into(FILE *list, const char *path, const char *prefix)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);
    ck_assert_msg(count >= 0, "%s: %s", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char below[PATH_SIZE];
        char shown[PATH_SIZE];
        struct stat status;
        snprintf(below, sizeof(below), "%s/%s", path, name);
        snprintf(shown, sizeof(shown), "%s%s", prefix, name);
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            ck_assert_int_eq(lstat(below, &status), 0);
            if (S_ISDIR(status.st_mode)) {
                fprintf(list, "%s/\n", shown);
                snprintf(shown, sizeof(shown), "%s%s/", prefix, name);
                list_into(list, below, shown);
            } else {
                fprintf(list, "%s %lld\n", shown, (long long)status.st_size);
            }
        }
        free(entries[i]);
    }
    free(entries);
}

char *scratch_listing(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *list = open_memstream(&text, &size);
    list_into(list, path, "");
    ck_assert_int_eq(fclose(list), 0);
    return text;
}

bool scratch_mount(const char *test, const char *name, size_t size_bytes, bool read_only)
{
    char options[64];
    const char *path = scratch_path("%s", name);
    mkdir(path, 0777);
    snprintf(options, sizeof(options), "size=%zu", size_bytes);
    /* A mount namespace of our own: nobody else sees it, and it ends with this process. */
    if ((unshare(CLONE_NEWNS) == 0 || (errno = EPERM, unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0)) &&
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("scratch", path, "tmpfs", read_only ? MS_RDONLY : 0, options) == 0) {
        snprintf(mounted_dir, sizeof(mounted_dir), "%s", path);
        return true;
    }
    printf("SKIP %s: this machine lets us mount no tmpfs (%s)\n", test, strerror(errno));
    return false;
}
