#include "commands/run/document/document.h"

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/file.h"
#include "commands/document/value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DOCUMENT_VERSION = 1 };

/* In their order. */
static const char *const KEYS[] = {
    "exit_code", "status",     "failure", "model",  "board",  "versions", "options",
    "steps",     "inferences", "outputs", "labels", "memory", "counts",   "trace",
};

static bool add_keys(cJSON *root)
{
    bool good = cJSON_AddStringToObject(root, "format", "microtvm-qemu run") &&
                cJSON_AddNumberToObject(root, "version", DOCUMENT_VERSION);
    for (size_t i = 0; good && i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
        good = cJSON_AddNullToObject(root, KEYS[i]);
    return good;
}

void run_document_open(struct run_document *document, const char *path)
{
    *document = (struct run_document){.path = path, .root = path ? cJSON_CreateObject() : NULL};
    if (document->root && !add_keys(document->root))
        cJSON_Delete(steal_pointer(document->root));
}

bool run_document_is_wanted(const struct run_document *document)
{
    return document->path != NULL;
}

void run_document_put(struct run_document *document, const char *key, cJSON *value)
{
    if (!document->root) {
        cJSON_Delete(value);
    } else if (!value) {
        cJSON_Delete(steal_pointer(document->root)); /* a document with a part missing is none */
    } else if (!cJSON_ReplaceItemInObjectCaseSensitive(document->root, key, value)) {
        cJSON_Delete(value);
        cJSON_Delete(steal_pointer(document->root));
    }
}

/* ---- the file ---- */

bool run_document_is_stdout(const char *path)
{
    struct stat file;
    struct stat out;
    if (!path || strcmp(path, "-") == 0)
        return path != NULL;
    /* /dev/stdout, or a file that the text goes to, too. What is swallowed mixes with nothing. */
    return stat(path, &file) == 0 && fstat(STDOUT_FILENO, &out) == 0 && file.st_dev == out.st_dev &&
           file.st_ino == out.st_ino && (!S_ISCHR(file.st_mode) || isatty(STDOUT_FILENO));
}

/* A device, a pipe: nothing to be renamed over. */
static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

static bool check_folder(const char *path, struct error *err)
{
    cleanup_free char *dir = file_folder(path);
    if (!dir)
        return error_no_memory(err, "a path", strlen(path));
    return access(dir, W_OK | X_OK) == 0 || error_set(err, ERROR_SYSTEM, errno, "--json %s", path);
}

static bool check_path(const char *path, struct error *err)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return error_set(err, ERROR_SYSTEM, EISDIR, "--json %s", path);
    if (is_special(path))
        return access(path, W_OK) == 0 || error_set(err, ERROR_SYSTEM, errno, "--json %s", path);
    cleanup_free char *file = file_behind(path);
    return file ? check_folder(file, err) : error_no_memory(err, "a path", strlen(path));
}

bool run_document_check(struct run_document *document, struct error *err)
{
    if (!run_document_is_wanted(document) || run_document_is_stdout(document->path) ||
        check_path(document->path, err))
        return true;
    document->path = NULL;
    return false;
}

static bool write_stream(FILE *file, const char *name, const char *text, struct error *err)
{
    bool good = fputs(text, file) >= 0;
    good = fflush(file) == 0 && good;
    /* A reader that went away wants to know no more, as with any other text. */
    return good || (file == stdout && errno == EPIPE) ||
           error_set(err, ERROR_SYSTEM, errno, "%s", name);
}

static bool write_special(const char *path, const char *text, struct error *err)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    bool good = write_stream(file, path, text, err);
    if (fclose(file) != 0 && good)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    return good;
}

static bool write_text(const struct run_document *document, const char *text, struct error *err)
{
    enum { MODE = 0644 };
    const char *path = document->path;
    if (run_document_is_stdout(document->path) || is_special(path))
        interrupt_give_back();
    if (run_document_is_stdout(document->path))
        return write_stream(stdout, "standard output", text, err);
    if (is_special(path))
        return write_special(path, text, err);
    cleanup_free char *file = file_behind(path);
    return file ? file_write(file, text, strlen(text), MODE, err)
                : error_no_memory(err, "a path", strlen(path));
}

bool run_document_write(const struct run_document *document, struct error *err)
{
    cleanup_free char *text = document->root ? document_print(document->root) : NULL;
    if (!text)
        return error_no_memory(err, "the document", sizeof(*document));
    return write_text(document, text, err) || error_wrap(err, "--json");
}

void run_document_dispose(struct run_document *document)
{
    cJSON_Delete(steal_pointer(document->root));
}
