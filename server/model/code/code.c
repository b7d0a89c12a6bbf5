#include "model/code/code.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/code/faults.h"
#include "model/code/interface.h"
#include "model/code/table.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const size_t SOURCE_MAX_BYTES = 1024UL * 1024 * 1024;

void model_code_dispose(struct model_code *code)
{
    claims_dispose(&code->claims);
    main_function_dispose(&code->main);
}

static bool mentions(const char *text, size_t size, const char *word)
{
    return memmem(text, size, word, strlen(word)) != NULL;
}

/* One file, and what is known so far. */
struct scan {
    const char *module; /* NULL: every file is the model's */
    size_t dir_length;  /* what stands in front of codegen/ in a path */
    struct model_code *code;
};

/* A file as messages name it: "codegen/host/src/default_lib0.c". */
static const char *place_of(const struct scan *scan, const char *path)
{
    return path + scan->dir_length + 1;
}

/* TVM names the files of a model MODULE_lib0.c, MODULE_lib1.o, ... */
static bool is_of_module(const struct scan *scan, const char *path)
{
    static const char MIDDLE[] = "_lib";
    const char *name = strrchr(path, '/') + 1;
    size_t length = scan->module ? strlen(scan->module) : 0;
    if (!scan->module)
        return true;
    if (strncmp(name, scan->module, length) != 0 ||
        strncmp(name + length, MIDDLE, strlen(MIDDLE)) != 0)
        return false;
    name += length + strlen(MIDDLE);
    size_t digits = strspn(name, "0123456789");
    return digits > 0 && name[digits] == '.';
}

static bool scan_source(const char *path, const struct scan *scan, struct error *err)
{
    cleanup_free char *text = NULL;
    size_t size = 0;
    struct model_code *code = scan->code;
    const char *place = place_of(scan, path);
    if (!file_read(path, SOURCE_MAX_BYTES, &text, &size, err) ||
        !code_check_entry(text, size, place, err))
        return false;
    code->needs_half |= code_needs_half(text, size);
    if (!is_of_module(scan, path))
        return true;
    code->has_code = true;
    code->has_system_lib |= mentions(text, size, "TVMSystemLibEntryPoint");
    code->has_c_metadata |= mentions(text, size, "get_c_metadata");
    code->has_linked_params |= mentions(text, size, "_lookup_linked_param");
    return table_read(text, place, &code->claims, err) &&
           interface_read_call(text, place, &code->claims, err) &&
           main_function_read(text, size, place, &code->main, err);
}

/* tvmgen_MODULE.h, in small letters. */
static bool is_header_of(const char *module, const char *name)
{
    static const char PREFIX[] = "tvmgen_";
    if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
        return false;
    if (!module)
        return true;
    name += strlen(PREFIX);
    for (; *module; module++, name++) {
        char wanted = (char)(isalnum((unsigned char)*module) ? tolower(*module) : '_');
        if (tolower(*name) != wanted)
            return false;
    }
    return strcmp(name, ".h") == 0;
}

static bool scan_header(const char *path, const struct scan *scan, struct error *err)
{
    cleanup_free char *text = NULL;
    struct model_code *code = scan->code;
    if (!is_header_of(scan->module, strrchr(path, '/') + 1))
        return true;
    if (!file_read(path, SOURCE_MAX_BYTES, &text, NULL, err))
        return false;
    code->has_c_interface = true;
    return interface_read_header(text, place_of(scan, path), &code->claims, err);
}

static bool scan_object(const char *path, const struct scan *scan, struct error *err)
{
    const char *ending = strrchr(path, '.');
    (void)err;
    if (!ending || strcmp(ending, ".o") != 0)
        return true;
    scan->code->has_objects = true;
    if (is_of_module(scan, path))
        scan->code->has_code = true;
    return true;
}

typedef bool (*scan_fn)(const char *path, const struct scan *scan, struct error *err);

static bool scan_folder(const char *dir, const char *folder, scan_fn scan_file,
                        const struct scan *scan, struct error *err)
{
    cleanup_free char *path = file_path("%s/codegen/host/%s", dir, folder);
    struct dirent **entries = NULL;
    if (!path)
        return error_no_memory(err, "a path", strlen(dir));
    int count = scandir(path, &entries, NULL, alphasort);
    if (count < 0)
        return errno == ENOENT || errno == ENOTDIR ||
               error_set(err, ERROR_SYSTEM, errno, "folder codegen/host/%s", folder);
    bool good = true;
    for (int i = 0; i < count; i++) {
        struct stat status;
        cleanup_free char *file = good ? file_path("%s/%s", path, entries[i]->d_name) : NULL;
        if (file && lstat(file, &status) == 0 && S_ISREG(status.st_mode))
            good = scan_file(file, scan, err);
        else if (good && !file)
            good = error_no_memory(err, "a path", strlen(path));
        free(entries[i]);
    }
    free(entries);
    return good;
}

bool model_code_scan(const char *dir, const char *module, struct model_code *ret_code,
                     struct error *err)
{
    struct model_code code = {0};
    const struct scan scan = {.module = module, .dir_length = strlen(dir), .code = &code};
    if (!scan_folder(dir, "src", scan_source, &scan, err) ||
        !scan_folder(dir, "include", scan_header, &scan, err) ||
        !scan_folder(dir, "lib", scan_object, &scan, err) || !interface_check(&code.claims, err)) {
        model_code_dispose(&code);
        return false;
    }
    *ret_code = code;
    return true;
}
