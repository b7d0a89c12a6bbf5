#include "commands/cache/firmware_key.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/program.h"
#include "board/machine.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Of all files together. */
static const size_t KEY_MAX_BYTES = (size_t)1 << 30;

/* "NAME SHA256" for a file. */
static bool add_file(FILE *out, const char *name, const char *path, struct error *err)
{
    char hash[SHA256_TEXT_SIZE];
    cleanup_free char *data = NULL;
    size_t size = 0;
    if (!file_read(path, KEY_MAX_BYTES, &data, &size, err))
        return false;
    fprintf(out, "%s %s\n", name, sha256_text(data, size, hash));
    return true;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Every file below a folder, by its name there. */
static bool add_tree(FILE *out, const char *path, struct error *err)
{
    char *const roots[] = {(char *)path, NULL};
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    size_t skipped = strlen(path);
    bool good = true;
    if (!tree)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    for (FTSENT *entry = NULL; good && (errno = 0, entry = fts_read(tree)) != NULL;)
        if (entry->fts_info == FTS_F)
            good = add_file(out, entry->fts_path + skipped, entry->fts_path, err);
        else if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR ||
                 entry->fts_info == FTS_NS)
            good = error_set(err, ERROR_SYSTEM, entry->fts_errno, "%s", entry->fts_path);
    if (good && errno != 0)
        good = error_set(err, ERROR_SYSTEM, errno, "%s", path);
    fts_close(tree);
    return good;
}

/* A file or a folder that an option names; NULL: none. */
static bool add_path(FILE *out, const char *what, const char *path, struct error *err)
{
    struct stat status;
    if (!path)
        return true;
    if (stat(path, &status) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    fprintf(out, "%s:\n", what);
    return S_ISDIR(status.st_mode) ? add_tree(out, path, err) : add_file(out, what, path, err);
}

/* A package that is upgraded has another size or time: asking the compiler would take longer than
 * all else. */
static bool add_compiler(FILE *out, const char *board, struct error *err)
{
    struct stat status;
    struct machine machine;
    if (!machine_load_file(board, &machine, err))
        return false;
    cleanup_free char *name = file_path("%sgcc", machine.toolchain_prefix);
    machine_dispose(&machine);
    cleanup_free char *found = name ? program_find(name) : NULL;
    cleanup_free char *real = found ? realpath(found, NULL) : NULL;
    if (real && stat(real, &status) == 0)
        fprintf(out, "%s %lld %lld.%09ld\n", real, (long long)status.st_size,
                (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    return true;
}

static bool add_board(FILE *out, const struct firmware_parts *parts, struct error *err)
{
    const char *board = parts->settings->board;
    cleanup_free char *path = strchr(board, '/')
                                  ? strdup(board)
                                  : file_path("%s/qemu-machines/%s.json", parts->share_dir, board);
    if (!path)
        return error_no_memory(err, "a path", strlen(board));
    return add_file(out, "board", path, err) && add_compiler(out, path, err);
}

static bool add_settings(FILE *out, const struct settings *settings, struct error *err)
{
    cJSON *json = NULL;
    if (!settings_to_json(settings, &json, err))
        return false;
    cleanup_free char *text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    if (!text)
        return error_no_memory(err, "settings", 0);
    fprintf(out, "%s\n", text);
    return add_path(out, "extra_files_tar", settings->extra_files_tar, err) &&
           add_path(out, "cmsis_path", settings->cmsis_path, err);
}

static bool list_parts(FILE *out, const struct firmware_parts *parts, struct error *err)
{
    cleanup_free char *guest = file_path("%s/guest", parts->share_dir);
    if (!guest)
        return error_no_memory(err, "a path", strlen(parts->share_dir));
    fprintf(out, "microtvm-qemu " MICROTVM_QEMU_VERSION " %s %d\n", parts->variant,
            getenv("MICROTVM_QEMU_WARNINGS_AS_ERRORS") != NULL);
    return add_settings(out, parts->settings, err) && add_board(out, parts, err) &&
           add_path(out, "model", parts->model_path, err) &&
           add_path(out, "crt", parts->crt_dir, err) && add_path(out, "guest", guest, err);
}

bool firmware_key(const struct firmware_parts *parts, char ret_key[SHA256_TEXT_SIZE],
                  struct error *err)
{
    cleanup_free char *list = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&list, &size);
    if (!out)
        return error_no_memory(err, "a list", 0);
    bool good = list_parts(out, parts, err);
    bool whole = ferror(out) == 0;
    if (fclose(out) != 0 || !whole)
        return error_no_memory(err, "a list", size);
    if (good)
        sha256_text(list, size, ret_key);
    return good;
}
