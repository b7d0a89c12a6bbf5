#include "model/code.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const size_t SOURCE_MAX_BYTES = 1024UL * 1024 * 1024;

bool name_list_add(struct name_list *list, const char *name, size_t length, struct error *err)
{
    if (list->count == TENSORS_MAX)
        return error_set(err, ERROR_MODEL, 0, "more than %d inputs or outputs", TENSORS_MAX);
    char **items = realloc(list->items, (list->count + 1) * sizeof(*items));
    if (!items)
        return error_no_memory(err, "names", (list->count + 1) * sizeof(*items));
    list->items = items;
    items[list->count] = strndup(name, length);
    if (!items[list->count])
        return error_no_memory(err, "a name", length);
    list->count++;
    return true;
}

void name_list_dispose(struct name_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct name_list){0};
}

void model_code_dispose(struct model_code *code)
{
    name_list_dispose(&code->inputs);
    name_list_dispose(&code->outputs);
}

bool model_names_match(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        char in_a = (char)(isalnum((unsigned char)*a) ? *a : '_');
        char in_b = (char)(isalnum((unsigned char)*b) ? *b : '_');
        if (in_a != in_b)
            return false;
    }
    return *a == *b;
}

static bool mentions(const char *text, size_t size, const char *word)
{
    return memmem(text, size, word, strlen(word)) != NULL;
}

/* From TVM 0.9 on AOT code has a table per direction, each record beginning with its name:
 *   static const struct TVMTensorInfo kTvmgenMetadata_inputs[1] = { { "x", ... }, ... };
 * The names are the only strings in it. */
static bool read_table(const char *text, size_t size, const char *start, struct name_list *list,
                       struct error *err)
{
    const char *at = memmem(text, size, start, strlen(start));
    if (!at || list->count)
        return true;
    at += strlen(start);
    const char *end = strstr(at, "};");
    while (end) {
        const char *open = memchr(at, '"', (size_t)(end - at));
        const char *close = open ? memchr(open + 1, '"', (size_t)(end - open - 1)) : NULL;
        if (!close)
            break;
        if (!name_list_add(list, open + 1, (size_t)(close - open - 1), err))
            return false;
        at = close + 1;
    }
    return true;
}

/* The header of a C interface has a struct per direction:
 *   struct tvmgen_default_inputs { void* x; }; */
static bool read_struct(const char *text, const char *start, struct name_list *list,
                        struct error *err)
{
    static const char MEMBER[] = "void* ";
    const char *at = strstr(text, start);
    const char *end = at ? strchr(at, '}') : NULL;
    if (!end || list->count)
        return true;
    for (at = strstr(at, MEMBER); at && at < end; at = strstr(at, MEMBER)) {
        at += strlen(MEMBER);
        if (!name_list_add(list, at, strcspn(at, ";}"), err))
            return false;
    }
    return true;
}

/* One file, and what is known so far. */
struct scan {
    const char *module; /* NULL: every file is the model's */
    struct model_code *code;
};

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
    if (!file_read(path, SOURCE_MAX_BYTES, &text, &size, err))
        return false;
    code->calls_workspace |= mentions(text, size, "TVMBackendAllocWorkspace");
    if (!is_of_module(scan, path))
        return true;
    code->has_code = true;
    code->has_system_lib |= mentions(text, size, "TVMSystemLibEntryPoint");
    code->has_c_metadata |= mentions(text, size, "get_c_metadata");
    code->has_linked_params |= mentions(text, size, "_lookup_linked_param");
    return read_table(text, size, "TVMTensorInfo kTvmgenMetadata_inputs[", &code->inputs, err) &&
           read_table(text, size, "TVMTensorInfo kTvmgenMetadata_outputs[", &code->outputs, err);
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
    return read_struct(text, "_inputs {", &code->inputs, err) &&
           read_struct(text, "_outputs {", &code->outputs, err);
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
    const struct scan scan = {.module = module, .code = &code};
    if (!scan_folder(dir, "src", scan_source, &scan, err) ||
        !scan_folder(dir, "include", scan_header, &scan, err) ||
        !scan_folder(dir, "lib", scan_object, &scan, err)) {
        model_code_dispose(&code);
        return false;
    }
    *ret_code = code;
    return true;
}
