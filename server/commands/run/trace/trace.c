#include "commands/run/trace/trace.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "client/device_model.h"
#include "client/npy.h"
#include "commands/document/value.h"
#include "commands/run/tensors/output.h"
#include "commands/run/tensors/results.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool check_expected(const struct trace *trace, struct error *err)
{
    struct stat status;
    struct stat own;
    const char *dir = trace->expect_dir;
    if (stat(dir, &status) != 0)
        return error_set(err, ERROR_USAGE, errno, "--expect-trace %s", dir);
    if (!S_ISDIR(status.st_mode))
        return error_set(err, ERROR_USAGE, ENOTDIR, "--expect-trace %s", dir);
    if (access(dir, R_OK | X_OK) != 0)
        return error_set(err, ERROR_USAGE, errno, "--expect-trace %s", dir);
    return !trace->dir || stat(trace->dir, &own) != 0 || own.st_dev != status.st_dev ||
           own.st_ino != status.st_ino ||
           error_set(err, ERROR_USAGE, 0,
                     "--trace and --expect-trace: %s is one folder: what is written there would be "
                     "compared with itself",
                     dir);
}

bool trace_check(const struct trace *trace, struct error *err)
{
    if (trace->dir && !results_check("trace", trace->dir, err))
        return false;
    return !trace->expect_dir || check_expected(trace, err);
}

/* The name of the file of the last operator's output, which is made safe: it is the archive's. The
 * trace's; NULL: no memory. */
static const char *add_file(struct trace *trace, const char *name, size_t output, size_t count)
{
    cleanup_free char *numbered =
        count > 1 ? file_path("%s_%zu", name, output) : file_path("%s", name);
    const struct model_port port = {.name = numbered};
    cleanup_free char *safe = numbered ? run_output_file_name(&port, 0) : NULL;
    char **grown = realloc(trace->files, (trace->files_count + 1) * sizeof(*grown));
    if (!grown || !safe)
        return NULL;
    trace->files = grown;
    grown[trace->files_count] = file_path("%03zu_%s", trace->operators, safe);
    return grown[trace->files_count] ? grown[trace->files_count++] : NULL;
}

static bool save(const struct trace *trace, const char *file, const struct tensor *tensor,
                 struct error *err)
{
    if (!trace->dir)
        return true;
    cleanup_free char *path = file_path("%s/%s", trace->dir, file);
    return path ? npy_save(path, tensor, err) : error_no_memory(err, "a path", 0);
}

/* In words; "": they are the same. */
static void differ(const struct tensor *got, const struct tensor *expected,
                   const struct tolerance *tolerance, char *text, size_t size)
{
    char type[32];
    char shape[TENSOR_SHAPE_TEXT_SIZE];
    text[0] = '\0';
    if (!tensor_has_type_of(got, expected)) {
        snprintf(text, size, "it was %s %.150s", tensor_dtype_text(expected, type, sizeof(type)),
                 tensor_shape_text(expected, shape, sizeof(shape)));
        return;
    }
    struct comparison found = tensor_compare(got, expected, tolerance);
    if (found.mismatches > 0)
        snprintf(text, size,
                 "%" PRId64 " of %" PRId64 " elements differ, max abs error %.3Lg, max rel error "
                 "%.3g",
                 found.mismatches, found.elements, found.max_absolute_error,
                 found.max_relative_error);
}

static bool compare(struct trace *trace, const char *name, const char *file,
                    const struct tensor *tensor, size_t output, struct error *err)
{
    __attribute__((cleanup(tensor_dispose))) struct tensor expected = {.data = NULL};
    if (!trace->expect_dir || trace->different)
        return true;
    cleanup_free char *path = file_path("%s/%s", trace->expect_dir, file);
    if (!path)
        return error_no_memory(err, "a path", 0);
    if (access(path, F_OK) != 0)
        return error_set(err, ERROR_USAGE, errno,
                         "--expect-trace: operator %zu is %.100s here, and was none there: %s",
                         trace->operators, name, path);
    if (!npy_load(path, &expected, err)) {
        error_named_file(err);
        return error_wrap(err, "--expect-trace");
    }
    differ(tensor, &expected, &trace->tolerance, trace->how, sizeof(trace->how));
    if (!trace->how[0])
        return true;
    trace->different = strdup(name);
    trace->different_place = trace->operators;
    trace->output = output;
    return trace->different || error_no_memory(err, "a name", strlen(name));
}

bool trace_take(struct trace *trace, const char *name, const struct tensor *outputs, size_t count,
                struct error *err)
{
    if (trace->dir && trace->operators == 0 && !file_make_dirs(trace->dir, err))
        return false;
    trace->operators++;
    for (size_t i = 0; i < count; i++) {
        if (!outputs[i].data)
            continue;
        const char *file = add_file(trace, name, i, count);
        if (!file)
            return error_no_memory(err, "a path", strlen(name));
        if (!save(trace, file, &outputs[i], err) ||
            !compare(trace, name, file, &outputs[i], i, err))
            return false;
    }
    return true;
}

static bool is_known(const struct trace *trace, const char *file)
{
    for (size_t i = 0; i < trace->files_count; i++)
        if (strcmp(trace->files[i], file) == 0)
            return true;
    return false;
}

/* "NNN_NAME.npy" */
static bool is_of_trace(const char *file)
{
    static const char ENDING[] = ".npy";
    size_t digits = strspn(file, "0123456789");
    size_t length = strlen(file);
    return digits >= 3 && file[digits] == '_' && length > strlen(ENDING) &&
           strcmp(file + length - strlen(ENDING), ENDING) == 0;
}

static bool check_strangers(const struct trace *trace, const char *option, const char *dir,
                            struct error *err)
{
    cleanup_dir DIR *entries = dir ? opendir(dir) : NULL;
    if (dir && !entries)
        return error_set(err, ERROR_SYSTEM, errno, "%s %s", option, dir);
    for (struct dirent *one = NULL; entries && (one = readdir(entries)) != NULL;)
        if (is_of_trace(one->d_name) && !is_known(trace, one->d_name))
            return error_set(err, ERROR_USAGE, 0,
                             "%s %s: %s is of another trace, of no operator here: give each trace "
                             "a folder of its own",
                             option, dir, printable(one->d_name).text);
    return true;
}

bool trace_finish(const struct trace *trace, struct error *err)
{
    return check_strangers(trace, "--trace", trace->operators > 0 ? trace->dir : NULL, err) &&
           check_strangers(trace, "--expect-trace", trace->different ? NULL : trace->expect_dir,
                           err);
}

bool trace_is_done(const struct trace *trace)
{
    return !trace->dir && trace->different;
}

void trace_report(const struct trace *trace, struct report *report)
{
    if (trace->dir)
        report_result(report, "trace", "%zu %s in %s", trace->operators, trace->unit, trace->dir);
    if (trace->different)
        report_result(
            report, "trace", "of its %s, number %zu, %s, is the first that differs: output %zu, %s",
            trace->unit, trace->different_place, trace->different, trace->output, trace->how);
    else if (trace->expect_dir)
        report_result(report, "trace", "%zu %s as in %s", trace->operators, trace->unit,
                      trace->expect_dir);
}

static cJSON *difference_of(const struct trace *trace)
{
    if (!trace->different)
        return cJSON_CreateNull();
    cJSON *object = cJSON_CreateObject();
    bool good = object && document_add(object, "operator", document_text(trace->different)) &&
                document_add(object, "place", document_size(trace->different_place)) &&
                document_add(object, "output", document_size(trace->output)) &&
                document_add(object, "difference", document_text(trace->how));
    return document_finish(object, good);
}

cJSON *trace_document(const struct trace *trace)
{
    if (trace->operators == 0)
        return cJSON_CreateNull();
    cJSON *object = cJSON_CreateObject();
    bool good = object && document_add(object, "folder", document_text(trace->dir)) &&
                document_add(object, "operators", document_size(trace->operators)) &&
                document_add(object, "first_difference", difference_of(trace));
    return document_finish(object, good);
}

void trace_dispose(struct trace *trace)
{
    for (size_t i = 0; i < trace->files_count; i++)
        free(trace->files[i]);
    free(trace->files);
    free(trace->different);
    *trace = (struct trace){.dir = NULL};
}
