/* What came of it. */
#include "commands/run/document/sections.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/sha256.h"
#include "client/element.h"
#include "client/likeness.h"
#include "commands/document/value.h"
#include "commands/run/tensors/output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

cJSON *section_steps(const struct report *report)
{
    cJSON *array = cJSON_CreateArray();
    bool good = array != NULL;
    for (size_t i = 0; good && i < report->steps_count; i++) {
        cJSON *step = cJSON_CreateObject();
        bool whole = step && document_add(step, "name", document_text(report->steps[i].name)) &&
                     document_add(step, "time_ms", document_time_ms(report->steps[i].time_ms));
        step = document_finish(step, whole);
        good = step && cJSON_AddItemToArray(array, step);
    }
    return document_finish(array, good);
}

/* ---- outputs ---- */

static cJSON *index_of(const struct tensor *tensor, int64_t index)
{
    int64_t position[TENSOR_MAX_NDIM];
    if (index < 0)
        return cJSON_CreateNull();
    tensor_position(tensor, index, position);
    return document_shape(position, tensor->ndim);
}

static cJSON *element_of(const struct tensor *tensor, int64_t index)
{
    char text[NUMBER_TEXT_SIZE];
    return document_number_text(tensor_element_text(tensor, index, text));
}

/* Of integers it is one itself, and exact. */
static cJSON *absolute_error(const struct tensor *tensor, long double error)
{
    char text[NUMBER_TEXT_SIZE];
    if (tensor->code == TENSOR_FLOAT)
        return document_number((double)error);
    snprintf(text, sizeof(text), "%.0Lf", error);
    return document_number_text(text);
}

static cJSON *first_difference(const struct tensor *got, const struct tensor *expected,
                               int64_t index)
{
    if (index < 0)
        return cJSON_CreateNull();
    cJSON *object = cJSON_CreateObject();
    bool good = object && document_add(object, "index", index_of(got, index)) &&
                document_add(object, "got", element_of(got, index)) &&
                document_add(object, "expected", element_of(expected, index));
    return document_finish(object, good);
}

/* Those bins that hold any element. */
static cJSON *errors_of(const struct likeness *likeness)
{
    cJSON *array = cJSON_CreateArray();
    bool good = array != NULL;
    for (int i = 0; good && i < LIKENESS_BINS; i++) {
        if (likeness->errors[i] == 0)
            continue;
        double most = likeness_bin_most(i);
        cJSON *bin = cJSON_CreateObject();
        bool whole = bin &&
                     document_add(bin, "at_most",
                                  isinf(most) ? cJSON_CreateNull() : document_number(most)) &&
                     document_add(bin, "count", document_size((uint64_t)likeness->errors[i]));
        bin = document_finish(bin, whole);
        good = bin && cJSON_AddItemToArray(array, bin);
    }
    return document_finish(array, good);
}

static bool add_likeness(cJSON *object, const struct tensor *got, const struct tensor *expected,
                         int64_t inferences)
{
    const struct likeness likeness = tensor_likeness(got, expected, inferences);
    return document_add(object, "cosine", document_number(likeness.cosine)) &&
           document_add(object, "top_1_agreement",
                        document_number((double)likeness.agreeing / (double)inferences)) &&
           document_add(object, "absolute_errors", errors_of(&likeness));
}

static cJSON *comparison_of(const struct tensor *got, const struct tensor *expected,
                            const struct run_verdict *verdict, int64_t inferences)
{
    const struct comparison *found = &verdict->comparison;
    if (!verdict->is_known)
        return cJSON_CreateNull();
    cJSON *object = cJSON_CreateObject();
    bool good = object &&
                document_add(object, "matches", cJSON_CreateBool(found->mismatches == 0)) &&
                document_add(object, "differing", document_size((uint64_t)found->mismatches)) &&
                document_add(object, "count", document_size((uint64_t)found->elements)) &&
                document_add(object, "largest_absolute_error",
                             absolute_error(got, found->max_absolute_error)) &&
                document_add(object, "largest_relative_error",
                             document_number(found->max_relative_error)) &&
                document_add(object, "largest_at", index_of(got, found->largest_at)) &&
                document_add(object, "first_difference",
                             first_difference(got, expected, found->first_mismatch)) &&
                document_add(object, "atol", document_number(found->atol)) &&
                document_add(object, "rtol", document_number(found->rtol)) &&
                add_likeness(object, got, expected, inferences);
    return document_finish(object, good);
}

static cJSON *checksum_of(const struct tensor *output)
{
    char text[SHA256_TEXT_SIZE];
    return output->data ? cJSON_CreateString(sha256_text(output->data, output->size_bytes, text))
                        : cJSON_CreateNull();
}

static cJSON *file_of(const struct tensor *output, const struct model_port *ports, size_t index,
                      const char *dir)
{
    if (!dir || !output->data)
        return cJSON_CreateNull();
    cleanup_free char *name = run_output_file_name(ports, index);
    cleanup_free char *path = name ? file_path("%s/%s", dir, name) : NULL;
    return path ? document_text(path) : NULL;
}

static cJSON *output_of(const struct run_data *data, const struct device_model *model, size_t index,
                        const char *dir)
{
    char type[32];
    const struct tensor *output = &data->outputs[index];
    const struct run_tensor *expected = data->expect_of[index];
    cJSON *object = cJSON_CreateObject();
    bool good = object && document_add(object, "name", document_text(model->outputs[index].name)) &&
                document_add(object, "shape", document_shape(output->shape, output->ndim)) &&
                document_add(object, "type",
                             document_text(tensor_dtype_text(output, type, sizeof(type)))) &&
                document_add(object, "sha256", checksum_of(output)) &&
                document_add(object, "file", file_of(output, model->outputs, index, dir)) &&
                document_add(object, "comparison",
                             comparison_of(output, expected ? &expected->tensor : NULL,
                                           &data->verdicts[index], data->inferences));
    return document_finish(object, good);
}

cJSON *section_outputs(const struct run_data *data, const struct device_model *model,
                       const char *dir)
{
    cJSON *array = cJSON_CreateArray();
    bool good = array != NULL;
    for (size_t i = 0; good && i < data->outputs_count; i++) {
        cJSON *output = output_of(data, model, i, dir);
        good = output && cJSON_AddItemToArray(array, output);
    }
    return document_finish(array, good);
}

cJSON *section_labels(const struct labels *labels, const struct labels_score *score)
{
    if (!score->is_known)
        return cJSON_CreateNull();
    cJSON *object = cJSON_CreateObject();
    bool anomalies = labels->are_anomalies;
    bool good =
        object && document_add(object, "measure", document_text(anomalies ? "roc-auc" : "top-1")) &&
        document_add(object, "value", document_number(score->value)) &&
        document_add(object, "right",
                     anomalies ? cJSON_CreateNull() : document_size((uint64_t)score->right)) &&
        document_add(object, "count", document_size((uint64_t)labels->count));
    return document_finish(object, good);
}

/* ---- how it ended ---- */

cJSON *section_status(enum exit_code code, const struct run_data *data)
{
    bool expected = false;
    for (size_t i = 0; data->verdicts && i < data->outputs_count; i++)
        expected = expected || data->verdicts[i].is_known;
    if (code == EXIT_CODE_OK)
        return document_text(expected ? "passed" : "ran");
    return document_text(code == EXIT_CODE_MISMATCH ? "differs" : "failed");
}

static const char *kind_of(const struct error *err, enum exit_code code)
{
    if (code == EXIT_CODE_DEADLINE)
        return "deadline";
    switch (err->kind) {
    case ERROR_USAGE:
    case ERROR_STATE:
        return "usage";
    case ERROR_MODEL:
        return "model";
    case ERROR_BUILD:
        return "build";
    case ERROR_DEVICE:
        return "device";
    case ERROR_TIMEOUT:
        return "timeout";
    case ERROR_CLOSED:
        return "closed";
    case ERROR_TOOL:
        return "missing";
    case ERROR_SYSTEM:
        return "system";
    case ERROR_INTERRUPTED:
        return "interrupted";
    default:
        return "internal";
    }
}

cJSON *section_failure(const struct error *err, enum exit_code code, const char *step)
{
    if (code == EXIT_CODE_OK || code == EXIT_CODE_MISMATCH)
        return cJSON_CreateNull();
    cJSON *object = cJSON_CreateObject();
    bool good = object && document_add(object, "kind", document_text(kind_of(err, code))) &&
                document_add(object, "step", document_text(step)) &&
                document_add(object, "message", document_lines(err->text));
    return document_finish(object, good);
}
