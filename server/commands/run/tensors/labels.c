#include "commands/run/tensors/labels.h"

#include "client/element.h"
#include "commands/run/tensors/files.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool labels_load(const char *path, struct labels *ret_labels, struct error *err)
{
    struct tensor tensor;
    char shape[192];
    if (!run_file_load(path, "labels", &tensor, err))
        return false;
    if (tensor.code == TENSOR_FLOAT || tensor.ndim != 1 || tensor.shape[0] == 0) {
        char dtype[32];
        error_set(err, ERROR_USAGE, 0,
                  "--labels: %s holds %s of shape %s: give integers along one axis", path,
                  tensor_dtype_text(&tensor, dtype, sizeof(dtype)),
                  tensor_shape_text(&tensor, shape, sizeof(shape)));
        tensor_dispose(&tensor);
        return false;
    }
    int64_t count = tensor.shape[0];
    int64_t *classes = calloc((size_t)count, sizeof(*classes));
    for (int64_t i = 0; classes && i < count; i++)
        classes[i] = (int64_t)tensor_element_value(&tensor, i);
    tensor_dispose(&tensor);
    if (!classes)
        return error_no_memory(err, "labels", (size_t)count * sizeof(*classes));
    ret_labels->classes = classes;
    ret_labels->count = count;
    return true;
}

static bool check_values(const struct labels *labels, int64_t classes, struct error *err)
{
    for (int64_t i = 0; i < labels->count; i++)
        if (labels->classes[i] < 0 || labels->classes[i] >= classes)
            return error_set(err, ERROR_USAGE, 0,
                             "--labels: element %" PRId64 " is %" PRId64 ", not 0 to %" PRId64, i,
                             labels->classes[i], classes - 1);
    return true;
}

static int64_t count_of(const struct labels *labels, int64_t value)
{
    int64_t count = 0;
    for (int64_t i = 0; i < labels->count; i++)
        count += labels->classes[i] == value;
    return count;
}

static bool check_anomalies(const struct labels *labels, int64_t inferences, struct error *err)
{
    if (inferences % labels->count != 0)
        return error_set(err, ERROR_USAGE, 0,
                         "--labels: %" PRId64 " of them for %" PRId64
                         " inputs: give one for each, or for each so many in a row",
                         labels->count, inferences);
    if (!check_values(labels, 2, err))
        return false;
    if (count_of(labels, 1) == 0 || count_of(labels, 1) == labels->count)
        return error_set(err, ERROR_USAGE, 0,
                         "--labels: all are %" PRId64 ": to tell anomalies (1) from what is normal "
                         "(0), there must be some of both",
                         labels->classes[0]);
    return true;
}

bool labels_check(const struct labels *labels, int64_t inferences, const struct tensor *output,
                  struct error *err)
{
    if (!labels->classes)
        return true;
    if (!output)
        return error_set(err, ERROR_USAGE, 0, "--labels: the model has no output");
    if (labels->are_anomalies)
        return check_anomalies(labels, inferences, err);
    if (labels->count != inferences)
        return error_set(err, ERROR_USAGE, 0,
                         "--labels: %" PRId64 " of them for %" PRId64 " inputs", labels->count,
                         inferences);
    return check_values(labels, tensor_elements(output), err);
}

static int64_t count_found(const struct labels *labels, const struct tensor *output)
{
    int64_t classes = tensor_elements(output) / labels->count;
    int64_t found = 0;
    for (int64_t i = 0; i < labels->count; i++)
        found += tensor_largest(output, i * classes, classes) == labels->classes[i];
    return found;
}

static long double mean(const struct tensor *output, int64_t first, int64_t count)
{
    long double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += tensor_element_value(output, first + i);
    return sum / (long double)count;
}

/* How probably an anomaly is farther from normal than what is normal; a draw is half of it. */
static double area_under_curve(const struct labels *labels, const long double *scores)
{
    double wins = 0;
    for (int64_t i = 0; i < labels->count; i++)
        for (int64_t j = 0; labels->classes[i] && j < labels->count; j++)
            if (!labels->classes[j])
                wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
    return wins / (double)count_of(labels, 1) / (double)count_of(labels, 0);
}

static bool score_anomalies(const struct labels *labels, int64_t inferences,
                            const struct tensor *output, struct labels_score *score,
                            struct error *err)
{
    int64_t inputs = inferences / labels->count;
    long double *scores = calloc((size_t)labels->count, sizeof(*scores));
    if (!scores)
        return error_no_memory(err, "scores", (size_t)labels->count * sizeof(*scores));
    for (int64_t i = 0; i < labels->count; i++)
        scores[i] = mean(output, i * inputs, inputs);
    score->value = area_under_curve(labels, scores);
    score->normal = count_of(labels, 0);
    score->abnormal = count_of(labels, 1);
    free(scores);
    return true;
}

bool labels_score(const struct labels *labels, int64_t inferences, const struct tensor *output,
                  struct labels_score *ret_score, struct error *err)
{
    struct labels_score score = {.is_known = labels->classes && output && output->data};
    if (score.is_known && labels->are_anomalies) {
        if (!score_anomalies(labels, inferences, output, &score, err))
            return false;
    } else if (score.is_known) {
        score.right = count_found(labels, output);
        score.value = (double)score.right / (double)labels->count;
    }
    *ret_score = score;
    return true;
}

void labels_report(const struct labels *labels, int64_t inferences,
                   const struct labels_score *score, struct report *report)
{
    static const double PERCENT = 100;
    int64_t inputs = labels->count > 0 ? inferences / labels->count : 0;
    if (score->is_known && labels->are_anomalies)
        report_result(report, "accuracy",
                      "AUC %.4f, %" PRId64 " normal and %" PRId64 " anomalous, %" PRId64
                      " input%s each",
                      score->value, score->normal, score->abnormal, inputs, inputs == 1 ? "" : "s");
    else if (score->is_known)
        report_result(report, "accuracy", "%.2f %% top-1, %" PRId64 " of %" PRId64,
                      PERCENT * score->value, score->right, labels->count);
}

void labels_dispose(struct labels *labels)
{
    free(labels->classes);
    *labels = (struct labels){.classes = NULL};
}
