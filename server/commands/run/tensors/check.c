/* The files of a `run` against what the archive says, before anything is built. */
#include "commands/run/tensors/data.h"
#include "model/notes.h"

#include <inttypes.h>
#include <string.h>

static bool check_one(const struct run_tensor *given, const char *option, struct error *err)
{
    char dtype[32];
    const struct model_tensor *tensor = given->of;
    if (!tensor || !tensor->dtype)
        return true;
    tensor_dtype_text(&given->tensor, dtype, sizeof(dtype));
    if (strcmp(dtype, tensor->dtype) != 0)
        return error_set(err, ERROR_USAGE, 0,
                         "--%s \"%s\": %s holds %s, the model has %s (convert it: "
                         "array.astype(\"%s\"))",
                         option, tensor->name, given->path, dtype, tensor->dtype, tensor->dtype);
    size_t size_bytes = given->tensor.size_bytes;
    if (tensor->size_bytes > 0 && (size_bytes == 0 || size_bytes % tensor->size_bytes != 0)) {
        char shape[192];
        return error_set(err, ERROR_USAGE, 0,
                         "--%s \"%s\": %s of shape %s has %zu bytes, the model's tensor %" PRIu64,
                         option, tensor->name, given->path,
                         tensor_shape_text(&given->tensor, shape, sizeof(shape)), size_bytes,
                         tensor->size_bytes);
    }
    return true;
}

static bool check_written(const struct run_tensor *given, const char *option, struct error *err)
{
    return !given->of || !given->of->unwritten ||
           error_set(err, ERROR_MODEL, 0,
                     "--%s %s: nothing can be expected of output \"%s\": " MODEL_UNWRITTEN, option,
                     given->text, given->of->name);
}

static bool check_all(struct run_tensor *given, size_t given_count, const struct run_side *side,
                      struct error *err)
{
    if (!run_files_settle(given, given_count, side, err))
        return false;
    for (size_t i = 0; i < given_count; i++)
        if (!check_one(&given[i], side->option, err) ||
            !check_written(&given[i], side->option, err))
            return false;
    return true;
}

static bool check_labels(const struct run_data *data, const struct model *model, struct error *err)
{
    return !data->labels.classes || model->outputs_count == 0 || !model->outputs[0].unwritten ||
           error_set(err, ERROR_MODEL, 0, "--labels: of output \"%s\": " MODEL_UNWRITTEN,
                     model->outputs[0].name);
}

bool run_data_check_archive(struct run_data *data, const struct model *model, struct error *err)
{
    const struct run_side inputs = {model->inputs, model->inputs_count, model->inputs_note,
                                    "input"};
    const struct run_side outputs = {model->outputs, model->outputs_count, model->outputs_note,
                                     "expect"};
    if (!check_all(data->inputs, data->inputs_count, &inputs, err))
        return false;
    for (size_t i = 0; i < model->inputs_count; i++) {
        if (run_data_find(data->inputs, data->inputs_count, &model->inputs[i]))
            continue;
        error_set(err, ERROR_USAGE, 0,
                  "no --input for \"%s\"; the model takes %zu:", model->inputs[i].name,
                  model->inputs_count);
        return run_files_list(&inputs, err);
    }
    return check_all(data->expects, data->expects_count, &outputs, err) &&
           check_labels(data, model, err);
}
