#include "commands/run/trace/trace.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "client/device_model.h"
#include "client/npy.h"
#include "commands/document/value.h"
#include "commands/run/tensors/output.h"
#include "commands/run/tensors/results.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool trace_check(const struct trace *trace, struct error *err)
{
    if (trace->dir && !results_check("trace", trace->dir, err))
        return false;
    if (!trace->expect_dir || access(trace->expect_dir, R_OK | X_OK) == 0)
        return true;
    error_set(err, ERROR_SYSTEM, errno, "--expect-trace %s", trace->expect_dir);
    return error_named_file(err);
}

/* The file of an output in a folder; the name is the archive's, and is made safe. NULL: no memory.
 */
static char *path_of(const char *dir, size_t place, const char *name, size_t output, size_t count)
{
    cleanup_free char *numbered =
        count > 1 ? file_path("%s_%zu", name, output) : file_path("%s", name);
    const struct model_port port = {.name = numbered};
    cleanup_free char *file = numbered ? run_output_file_name(&port, 0) : NULL;
    return file ? file_path("%s/%03zu_%s", dir, place, file) : NULL;
}

static bool save(const struct trace *trace, const char *name, const struct tensor *tensor,
                 size_t output, size_t count, struct error *err)
{
    if (!trace->dir)
        return true;
    cleanup_free char *path = path_of(trace->dir, trace->operators, name, output, count);
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

static bool compare(struct trace *trace, const char *name, const struct tensor *tensor,
                    size_t output, size_t count, struct error *err)
{
    __attribute__((cleanup(tensor_dispose))) struct tensor expected = {.data = NULL};
    if (!trace->expect_dir || trace->different)
        return true;
    cleanup_free char *path = path_of(trace->expect_dir, trace->operators, name, output, count);
    if (!path)
        return error_no_memory(err, "a path", 0);
    if (access(path, F_OK) != 0)
        return error_set(err, ERROR_USAGE, errno,
                         "--expect-trace: operator %zu is %.100s here, and was none there: %s",
                         trace->operators, name, path);
    if (!npy_load(path, &expected, err))
        return error_wrap(err, "--expect-trace");
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
    for (size_t i = 0; i < count; i++)
        if (outputs[i].data && (!save(trace, name, &outputs[i], i, count, err) ||
                                !compare(trace, name, &outputs[i], i, count, err)))
            return false;
    return true;
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
    free(trace->different);
    *trace = (struct trace){.dir = NULL};
}
