/* The files of a `run` against what the archive says, before anything is built. */
#include "commands/run/data.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* "a, b" of the archive's tensors, a line each, behind the message. */
static bool list_tensors(const struct model_tensor *tensors, size_t count, const char *option,
                         struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (tensors[i].dtype)
            error_append(err, "  --%s %s=FILE.npy  %s, %" PRIu64 " bytes", option, tensors[i].name,
                         tensors[i].dtype, tensors[i].size_bytes);
        else
            error_append(err, "  --%s %s=FILE.npy", option, tensors[i].name);
    }
    return false;
}

/* The archive's tensor that a file is for; count when there is none. */
static size_t index_of(const struct run_tensor *given, const struct model_tensor *tensors,
                       size_t count)
{
    const char *name = given->file->name;
    if (!name)
        return given->place < count ? given->place : count;
    for (size_t i = 0; i < count; i++)
        if (strcmp(tensors[i].name, name) == 0)
            return i;
    char *end;
    unsigned long number = strtoul(name, &end, 10);
    return *end == '\0' && number < count ? number : count;
}

static bool check_one(const struct run_tensor *given, const struct model_tensor *tensor,
                      const char *option, struct error *err)
{
    char dtype[32];
    if (!tensor->dtype)
        return true;
    tensor_dtype_text(&given->tensor, dtype, sizeof(dtype));
    if (strcmp(dtype, tensor->dtype) != 0)
        return error_set(err, ERROR_USAGE, 0,
                         "--%s \"%s\": %s holds %s, the model has %s (convert it: "
                         "array.astype(\"%s\"))",
                         option, tensor->name, given->file->path, dtype, tensor->dtype,
                         tensor->dtype);
    size_t size_bytes = given->tensor.size_bytes;
    if (tensor->size_bytes > 0 && (size_bytes == 0 || size_bytes % tensor->size_bytes != 0)) {
        char shape[192];
        return error_set(err, ERROR_USAGE, 0,
                         "--%s \"%s\": %s of shape %s has %zu bytes, the model's tensor %" PRIu64,
                         option, tensor->name, given->file->path,
                         tensor_shape_text(&given->tensor, shape, sizeof(shape)), size_bytes,
                         tensor->size_bytes);
    }
    return true;
}

static bool check_all(const struct run_tensor *given, size_t given_count,
                      const struct model_tensor *tensors, size_t count, const char *option,
                      bool *seen, struct error *err)
{
    for (size_t i = 0; i < given_count; i++) {
        size_t index = index_of(&given[i], tensors, count);
        if (index == count) {
            const char *name = given[i].file->name ? given[i].file->name : given[i].file->path;
            error_set(err, ERROR_USAGE, 0,
                      "--%s %s: the model has no such tensor; it has %zu:", option, name, count);
            return list_tensors(tensors, count, option, err);
        }
        seen[index] = true;
        if (!check_one(&given[i], &tensors[index], option, err))
            return false;
    }
    return true;
}

bool run_data_check_archive(const struct run_data *data, const struct model *model,
                            struct error *err)
{
    size_t most = model->inputs_count + model->outputs_count + 1;
    bool *seen = calloc(most, sizeof(*seen));
    if (!seen)
        return error_no_memory(err, "tensors", most);
    bool good = true;
    /* An old archive names none: then only the device knows. */
    if (model->inputs_count > 0)
        good = check_all(data->inputs, data->inputs_count, model->inputs, model->inputs_count,
                         "input", seen, err);
    for (size_t i = 0; good && i < model->inputs_count; i++) {
        if (seen[i])
            continue;
        error_set(err, ERROR_USAGE, 0,
                  "no --input for \"%s\"; the model takes %zu:", model->inputs[i].name,
                  model->inputs_count);
        good = list_tensors(model->inputs, model->inputs_count, "input", err);
    }
    if (good && model->outputs_count > 0)
        good = check_all(data->expects, data->expects_count, model->outputs, model->outputs_count,
                         "expect", seen + model->inputs_count, err);
    free(seen);
    return good;
}
