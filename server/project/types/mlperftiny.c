#include "project/types/mlperftiny.h"

#include "project/settings_fields.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const TASKS[] = {
    [MLPERFTINY_KEYWORD_SPOTTING] = "keyword spotting",
    [MLPERFTINY_VISUAL_WAKE_WORDS] = "visual wake words",
    [MLPERFTINY_ANOMALY_DETECTION] = "anomaly detection",
    [MLPERFTINY_IMAGE_CLASSIFICATION] = "image classification",
};

/* The definition's value as the compiler takes it: of several the last, "1" for a bare name; NULL:
 * it is not defined. */
static const char *find(const struct settings *settings, const char *name)
{
    const char *value = NULL;
    size_t length = strlen(name);
    for (char **item = settings->compile_definitions; item && *item; item++) {
        const char *definition = settings_without_dash_d(*item);
        if (strncmp(definition, name, length) != 0)
            continue;
        if (definition[length] == '=')
            value = definition + length + 1;
        else if (definition[length] == '\0')
            value = "1";
    }
    return value;
}

/* A number where the name is defined, else *number stays. */
static bool read_number(const struct settings *settings, const char *name, double *number,
                        struct error *err)
{
    char *end = NULL;
    const char *value = find(settings, name);
    if (!value)
        return true;
    double read = strtod(value, &end);
    if (end == value || *end != '\0' || !isfinite(read))
        return error_set(err, ERROR_USAGE, 0,
                         "option compile_definitions: %s=%s: project type " MLPERFTINY_TYPE
                         " takes a number",
                         name, value);
    *number = read;
    return true;
}

static bool read_task(const struct settings *settings, enum mlperftiny_task *ret_task,
                      struct error *err)
{
    const char *value = find(settings, "TARGET_MODEL");
    if (!value)
        return true;
    if (strlen(value) != 1 || *value < '1' || *value > '4')
        return error_set(
            err, ERROR_USAGE, 0,
            "option compile_definitions: TARGET_MODEL=%s: project type " MLPERFTINY_TYPE
            " knows 1 (%s), 2 (%s), 3 (%s) and 4 (%s)",
            value, TASKS[1], TASKS[2], TASKS[3], TASKS[4]);
    *ret_task = (enum mlperftiny_task)(*value - '0');
    return true;
}

bool mlperftiny_read(const struct settings *settings, struct mlperftiny *ret_benchmark,
                     struct error *err)
{
    struct mlperftiny benchmark = {.task = MLPERFTINY_NO_TASK, .scale = 1, .zero = 0};
    if (!read_task(settings, &benchmark.task, err) ||
        !read_number(settings, "OUT_QUANT_SCALE", &benchmark.scale, err) ||
        !read_number(settings, "OUT_QUANT_ZERO", &benchmark.zero, err))
        return false;
    if (benchmark.scale <= 0)
        return error_set(err, ERROR_USAGE, 0,
                         "option compile_definitions: OUT_QUANT_SCALE=%g: it must be above 0",
                         benchmark.scale);
    *ret_benchmark = benchmark;
    return true;
}

bool mlperftiny_takes_pictures(const struct mlperftiny *benchmark)
{
    return benchmark->task == MLPERFTINY_VISUAL_WAKE_WORDS ||
           benchmark->task == MLPERFTINY_IMAGE_CLASSIFICATION;
}

static bool is_of(const struct model_tensor *tensor, const char *dtype)
{
    return strcmp(tensor->dtype, dtype) == 0;
}

/* What is wrong with the model for the task, NULL: nothing. */
static const char *misfit(const struct mlperftiny *benchmark, const struct model *model)
{
    if (benchmark->task == MLPERFTINY_NO_TASK)
        return NULL;
    if (model->inputs_count != 1 || model->outputs_count != 1)
        return "one input and one output";
    const struct model_tensor *input = &model->inputs[0];
    const struct model_tensor *output = &model->outputs[0];
    if (mlperftiny_takes_pictures(benchmark) && !is_of(input, "int8") && !is_of(input, "uint8"))
        return "an input of int8 or uint8";
    if (benchmark->task == MLPERFTINY_ANOMALY_DETECTION &&
        (!is_of(input, "float32") || !is_of(output, "float32") ||
         input->size_bytes != output->size_bytes))
        return "an input and an output of float32 and of the same size";
    return NULL;
}

bool mlperftiny_check(const struct settings *settings, const struct model *model, struct error *err)
{
    struct mlperftiny benchmark;
    if (!mlperftiny_read(settings, &benchmark, err))
        return false;
    const char *wanted = misfit(&benchmark, model);
    if (!wanted)
        return true;
    error_set(err, ERROR_MODEL, 0,
              "TARGET_MODEL=%d (%s) is for a model with %s; this one has:", benchmark.task,
              TASKS[benchmark.task], wanted);
    for (size_t i = 0; i < model->inputs_count; i++)
        error_append(err, "  input %s  %s, %" PRIu64 " bytes", model->inputs[i].name,
                     model->inputs[i].dtype, model->inputs[i].size_bytes);
    for (size_t i = 0; i < model->outputs_count; i++)
        error_append(err, "  output %s  %s, %" PRIu64 " bytes", model->outputs[i].name,
                     model->outputs[i].dtype, model->outputs[i].size_bytes);
    return false;
}
