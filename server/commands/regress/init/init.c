#include "commands/regress/init/init.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/temp_dir.h"
#include "base/text.h"
#include "client/npy.h"
#include "commands/regress/init/random_tensor.h"
#include "model/archive.h"
#include "model/load.h"
#include "regress/json.h"
#include "regress/suite/suite.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What is made for one archive. */
struct entry {
    cJSON *json;
    const char *suite_path;
    char *data_name; /* "suite_data/digits": from the suite's folder */
    char *data_dir;  /* from ours */
};

/* "dir/suite.json" -> "dir/suite_data" */
static char *data_dir_of(const char *suite_path)
{
    size_t length = strlen(suite_path);
    const char *dot = strrchr(suite_path, '.');
    if (dot && !strchr(dot, '/'))
        length = (size_t)(dot - suite_path);
    return file_path("%.*s_data", (int)length, suite_path);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* From the folder FROM, the path TO, both absolute and without links: "../models/a.tar". */
static char *relative(const char *from, const char *to)
{
    cleanup_free char *path = NULL;
    size_t size = 0;
    size_t same = 0; /* to the end of the last folder that both are in */
    for (size_t i = 0; from[i] && from[i] == to[i]; i++)
        same = to[i] == '/' ? i : same;
    if (strncmp(from, to, strlen(from)) == 0 && to[strlen(from)] == '/')
        same = strlen(from);
    FILE *out = open_memstream(&path, &size);
    if (!out)
        return NULL;
    for (const char *at = from + same; *at; at++)
        if (*at == '/')
            fputs("../", out);
    fputs(to + same + (to[same] == '/'), out);
    bool failed = ferror(out) != 0;
    return fclose(out) == 0 && !failed ? steal_pointer(path) : NULL;
}

/* From the suite's folder, PATH. One that is absolute stays so. */
static char *seen_from_suite(const char *suite_path, const char *path)
{
    cleanup_free char *dir = file_folder(suite_path);
    cleanup_free char *real_dir = dir ? realpath(dir, NULL) : NULL;
    cleanup_free char *real = realpath(path, NULL);
    if (path[0] == '/' || !real || !real_dir || strcmp(real_dir, "/") == 0)
        return strdup(path);
    return relative(real_dir, real);
}

/* NAME with what no file's name should have as '_', and its number, so that no two are the same. */
static char *file_name(const char *name, size_t number, const char *kind)
{
    cleanup_free char *safe = strdup(name);
    for (char *at = safe; at && *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '_' && *at != '-')
            *at = '_';
    return safe ? file_path("%s%zu_%s.npy", kind, number, safe) : NULL;
}

/* "models/digits.tar" -> "digits", without what would be a name to fill in in the suite's texts. */
static char *stem_of(const char *model_path)
{
    char *stem = strdup(last_part(model_path));
    char *dot = stem ? strchr(stem, '.') : NULL;
    if (dot && dot > stem)
        *dot = '\0';
    for (char *at = stem; at && *at; at++)
        if (*at == '{' || *at == '}')
            *at = '_';
    return stem;
}

static bool add_tensor(struct entry *entry, cJSON *object, const struct model_tensor *tensor,
                       size_t number, const char *kind, struct error *err)
{
    struct tensor values = {.data = NULL};
    cleanup_free char *name = file_name(tensor->name, number, kind);
    cleanup_free char *path = name ? file_path("%s/%s", entry->data_dir, name) : NULL;
    cleanup_free char *shown = name ? file_path("%s/%s", entry->data_name, name) : NULL;
    if (!path || !shown || !cJSON_AddStringToObject(object, tensor->name, shown))
        return error_no_memory(err, "a suite", 0);
    if (strcmp(kind, "input") != 0)
        return true;
    bool good =
        random_tensor(tensor, INIT_INFERENCES, &values, err) && npy_save(path, &values, err);
    tensor_dispose(&values);
    return good;
}

static bool add_tensors(struct entry *entry, const struct model *model, struct error *err)
{
    cJSON *inputs = cJSON_AddObjectToObject(entry->json, "inputs");
    cJSON *expected = cJSON_AddObjectToObject(entry->json, "expected");
    if (!expected)
        return error_no_memory(err, "a suite", 0);
    for (size_t i = 0; i < model->inputs_count; i++)
        if (!add_tensor(entry, inputs, &model->inputs[i], i, "input", err))
            return false;
    for (size_t i = 0; i < model->outputs_count; i++)
        if (!model->outputs[i].unwritten &&
            !add_tensor(entry, expected, &model->outputs[i], i, "output", err))
            return false;
    return true;
}

static bool load_model(const char *path, struct model *ret_model, struct error *err)
{
    struct temp_dir dir = {.path = NULL};
    struct error ignored;
    if (!temp_dir_make(temp_dir_parent(), "microtvm-qemu-tmp-", &dir, err))
        return false;
    bool good =
        archive_extract(path, dir.path, err) && (model_load_dir(dir.path, NULL, ret_model, err) ||
                                                 error_wrap(err, "model archive %s", path));
    temp_dir_remove(&dir, &ignored);
    return good;
}

static bool fill_entry(struct entry *entry, const char *model_path, struct error *err)
{
    struct model model = {.name = NULL};
    cleanup_free char *stem = stem_of(model_path);
    cleanup_free char *data = data_dir_of(entry->suite_path);
    cleanup_free char *shown = seen_from_suite(entry->suite_path, model_path);
    entry->data_dir = stem && data ? file_path("%s/%s", data, stem) : NULL;
    entry->data_name = stem && data ? file_path("%s/%s", last_part(data), stem) : NULL;
    if (!entry->data_dir || !entry->data_name || !shown ||
        !cJSON_AddStringToObject(entry->json, "model", shown))
        return error_no_memory(err, "a suite", 0);
    if (access(entry->data_dir, F_OK) == 0)
        return error_set(err, ERROR_USAGE, 0,
                         "%s: a second archive of that name, or a folder that is there already",
                         entry->data_dir);
    bool good = load_model(model_path, &model, err) && file_make_dirs(entry->data_dir, err) &&
                add_tensors(entry, &model, err);
    model_dispose(&model);
    return good;
}

static bool add_entry(cJSON *cases, const char *suite_path, const char *model_path,
                      struct error *err)
{
    struct entry entry = {.json = cJSON_CreateObject(), .suite_path = suite_path};
    bool good = cJSON_AddItemToArray(cases, entry.json) ? fill_entry(&entry, model_path, err)
                                                        : error_no_memory(err, "a suite", 0);
    free(entry.data_name);
    free(entry.data_dir);
    return good;
}

/* How much more the models may take than now: to be seen, and to be changed, in the suite. */
static bool add_limits(cJSON *defaults)
{
    enum { GROWTH_PERCENT = 5 };
    cJSON *limits = cJSON_AddObjectToObject(defaults, "limits");
    cJSON *growth = cJSON_AddObjectToObject(limits, "growth_percent");
    return cJSON_AddNumberToObject(growth, measure_key(MEASURE_ROM), GROWTH_PERCENT) &&
           cJSON_AddNumberToObject(growth, measure_key(MEASURE_RAM), GROWTH_PERCENT);
}

/* Files of definitions are told from the suite's folder there. */
static cJSON *list_boards(const struct regress_args *args)
{
    cJSON *boards = cJSON_CreateArray();
    for (size_t i = 0; boards && i < args->boards.count; i++) {
        const char *board = args->boards.items[i];
        cleanup_free char *text =
            suite_board_is_file(board) ? seen_from_suite(args->suite, board) : strdup(board);
        if (text && cJSON_AddItemToArray(boards, cJSON_CreateString(text)))
            continue;
        cJSON_Delete(boards);
        return NULL;
    }
    return boards;
}

static bool fill(const struct regress_args *args, cJSON *suite, struct error *err)
{
    cJSON_AddStringToObject(suite, "format", SUITE_FORMAT);
    cJSON_AddNumberToObject(suite, "version", 1);
    cJSON *defaults = cJSON_AddObjectToObject(suite, "defaults");
    bool good =
        cJSON_AddItemToObject(defaults, "boards", list_boards(args)) && add_limits(defaults);
    cJSON *cases = cJSON_AddArrayToObject(suite, "cases");
    if (!cases || !good)
        return error_no_memory(err, "a suite", 0);
    for (size_t i = 0; i < args->operands.count; i++)
        if (!add_entry(cases, args->suite, args->operands.items[i], err))
            return false;
    return json_save(args->suite, suite, err);
}

bool init_suite(const struct regress_args *args, struct error *err)
{
    cleanup_free char *data = data_dir_of(args->suite);
    const char *taken = access(args->suite, F_OK) == 0    ? args->suite
                        : data && access(data, F_OK) == 0 ? data
                                                          : NULL;
    if (taken)
        return error_set(
            err, ERROR_USAGE, 0,
            "%s: is there already; --init makes a new suite (--update brings one up to "
            "date)",
            taken);
    cleanup_json cJSON *suite = cJSON_CreateObject();
    cleanup_free char *dir = file_folder(args->suite);
    if (!dir || !file_make_dirs(dir, err)) /* paths are told from there */
        return dir ? false : error_no_memory(err, "a path", 0);
    if (data && fill(args, suite, err))
        return true;
    if (data)
        init_undo(args);
    else
        error_no_memory(err, "a path", 0);
    return false;
}

void init_undo(const struct regress_args *args)
{
    struct error ignored;
    cleanup_free char *data = data_dir_of(args->suite);
    if (data)
        file_remove_tree(data, &ignored);
    unlink(args->suite);
}
