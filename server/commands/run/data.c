#include "commands/run/data.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

static bool load_all(const struct run_file *files, size_t count, const char *option,
                     struct run_tensor *tensors, struct error *err)
{
    size_t place = 0;
    for (size_t i = 0; i < count; i++) {
        tensors[i].file = &files[i];
        if (!files[i].name)
            tensors[i].place = place++;
        if (!npy_load(files[i].path, &tensors[i].tensor, err)) {
            /* A file that is not there or not to be read is the user's to mend. */
            if (err->kind == ERROR_SYSTEM &&
                (err->os == ENOENT || err->os == EACCES || err->os == EISDIR || err->os == ENOTDIR))
                err->kind = ERROR_USAGE;
            return error_wrap(err, "--%s", option);
        }
    }
    return true;
}

bool run_data_load(const struct run_args *args, struct run_data *ret_data, struct error *err)
{
    struct run_data data = {
        .inputs_count = args->inputs_count,
        .expects_count = args->expects_count,
    };
    data.inputs = calloc(args->inputs_count + 1, sizeof(*data.inputs));
    data.expects = calloc(args->expects_count + 1, sizeof(*data.expects));
    bool loaded = false;
    if (!data.inputs || !data.expects)
        error_no_memory(err, "arguments", sizeof(*data.inputs));
    else
        loaded = load_all(args->inputs, args->inputs_count, "input", data.inputs, err) &&
                 load_all(args->expects, args->expects_count, "expect", data.expects, err);
    if (!loaded) {
        run_data_dispose(&data);
        return false;
    }
    *ret_data = data;
    return true;
}

/* ---- against the device ---- */

static bool all_digits(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0' && strlen(text) < 6;
}

/* The same name, given that TVM writes '_' for what no C identifier may hold. */
static bool same_name(const char *name, const char *port_name)
{
    for (; *name && *port_name; name++, port_name++)
        if (*name != *port_name && (isalnum((unsigned char)*name) || *port_name != '_'))
            return false;
    return *name == *port_name;
}

/* The tensor given for a port: by name, else by number, else by its place. */
static bool is_for(const struct run_tensor *given, const char *port_name, size_t port_index)
{
    const char *name = given->file->name;
    if (!name)
        return given->place == port_index;
    return same_name(name, port_name) ||
           (all_digits(name) && strtoul(name, NULL, 10) == port_index);
}

const struct run_tensor *run_data_find(const struct run_tensor *given, size_t given_count,
                                       const char *name, size_t index)
{
    for (size_t i = 0; i < given_count; i++)
        if (is_for(&given[i], name, index))
            return &given[i];
    return NULL;
}

/* Find what was given for each port. ret_of has room for ports_count. */
static bool match(const struct run_tensor *given, size_t given_count,
                  const struct model_port *ports, size_t ports_count, const char *option,
                  const struct run_tensor **ret_of, struct error *err)
{
    for (size_t i = 0; i < given_count; i++) {
        size_t port = 0;
        while (port < ports_count && !is_for(&given[i], ports[port].name, port))
            port++;
        if (port == ports_count)
            return error_set(err, ERROR_USAGE, 0,
                             "--%s %s: the firmware has no such tensor (it has %zu)", option,
                             given[i].file->name ? given[i].file->name : given[i].file->path,
                             ports_count);
        if (ret_of[port])
            return error_set(err, ERROR_USAGE, 0, "--%s: \"%s\" is given twice, %s and %s", option,
                             ports[port].name, ret_of[port]->file->path, given[i].file->path);
        ret_of[port] = &given[i];
    }
    return true;
}

static bool same_shape(const struct tensor *tensor, int first_axis, const struct tensor *type)
{
    if (tensor->ndim - first_axis != type->ndim)
        return false;
    for (int i = 0; i < type->ndim; i++)
        if (tensor->shape[first_axis + i] != type->shape[i])
            return false;
    return true;
}

/* Type and shape against the port's; sets given->batched. */
static bool fit(struct run_tensor *given, const struct model_port *port, const char *option,
                struct error *err)
{
    const struct tensor *tensor = &given->tensor;
    char have[32];
    char want[32];
    char have_shape[192];
    char want_shape[192];
    if (tensor->code != port->type.code || tensor->bits != port->type.bits)
        return error_set(err, ERROR_USAGE, 0, "--%s \"%s\": %s holds %s, the model has %s", option,
                         port->name, given->file->path,
                         tensor_dtype_text(tensor, have, sizeof(have)),
                         tensor_dtype_text(&port->type, want, sizeof(want)));
    given->batched = same_shape(tensor, 1, &port->type);
    if (given->batched ? tensor->shape[0] > 0 : same_shape(tensor, 0, &port->type))
        return true;
    return error_set(err, ERROR_USAGE, 0,
                     "--%s \"%s\": %s has shape %s, the model %s (or that with one axis in front, "
                     "for several inferences)",
                     option, port->name, given->file->path,
                     tensor_shape_text(tensor, have_shape, sizeof(have_shape)),
                     tensor_shape_text(&port->type, want_shape, sizeof(want_shape)));
}

static bool fit_inputs(struct run_data *data, const struct device_model *model, struct error *err)
{
    data->inferences = 1;
    for (size_t i = 0; i < model->inputs_count; i++) {
        if (!data->input_of[i])
            return error_set(err, ERROR_USAGE, 0, "--input %s=FILE.npy is missing",
                             model->inputs[i].name);
        struct run_tensor *given = &data->inputs[data->input_of[i] - data->inputs];
        if (!fit(given, &model->inputs[i], "input", err))
            return false;
        if (!given->batched)
            continue;
        if (data->batched && given->tensor.shape[0] != data->inferences)
            return error_set(
                err, ERROR_USAGE, 0,
                "--input \"%s\": %s is for %" PRId64 " inferences, another input for %" PRId64,
                model->inputs[i].name, given->file->path, given->tensor.shape[0], data->inferences);
        data->batched = true;
        data->inferences = given->tensor.shape[0];
    }
    return true;
}

static bool fit_expects(struct run_data *data, const struct device_model *model, struct error *err)
{
    for (size_t i = 0; i < model->outputs_count; i++) {
        if (!data->expect_of[i])
            continue;
        struct run_tensor *given = &data->expects[data->expect_of[i] - data->expects];
        if (!fit(given, &model->outputs[i], "expect", err))
            return false;
        int64_t count = given->batched ? given->tensor.shape[0] : 1;
        if (count != data->inferences)
            return error_set(err, ERROR_USAGE, 0,
                             "--expect \"%s\": %s is for %" PRId64
                             " inferences, the inputs are for %" PRId64,
                             model->outputs[i].name, given->file->path, count, data->inferences);
    }
    return true;
}

static bool make_outputs(struct run_data *data, const struct device_model *model, struct error *err)
{
    for (size_t i = 0; i < model->outputs_count; i++) {
        struct tensor *output = &data->outputs[i];
        *output = model->outputs[i].type;
        if (data->batched) {
            if (output->ndim == TENSOR_MAX_NDIM)
                return error_set(err, ERROR_USAGE, 0,
                                 "output \"%s\" has %d dimensions already: give one inference "
                                 "at a time",
                                 model->outputs[i].name, TENSOR_MAX_NDIM);
            memmove(output->shape + 1, output->shape, (size_t)output->ndim * sizeof(int64_t));
            output->shape[0] = data->inferences;
            output->ndim++;
        }
        output->data = calloc((size_t)data->inferences, output->size_bytes + 1);
        if (!output->data)
            return error_no_memory(err, model->outputs[i].name, output->size_bytes);
        output->size_bytes *= (size_t)data->inferences;
    }
    return true;
}

bool run_data_bind(struct run_data *data, const struct device_model *model, struct error *err)
{
    data->input_of = calloc(model->inputs_count + 1, sizeof(const struct run_tensor *));
    data->expect_of = calloc(model->outputs_count + 1, sizeof(const struct run_tensor *));
    data->outputs = calloc(model->outputs_count + 1, sizeof(*data->outputs));
    if (!data->input_of || !data->expect_of || !data->outputs)
        return error_no_memory(err, "tensors", sizeof(*data->outputs));
    data->outputs_count = model->outputs_count;
    return match(data->inputs, data->inputs_count, model->inputs, model->inputs_count, "input",
                 data->input_of, err) &&
           match(data->expects, data->expects_count, model->outputs, model->outputs_count, "expect",
                 data->expect_of, err) &&
           fit_inputs(data, model, err) && fit_expects(data, model, err) &&
           make_outputs(data, model, err);
}

const void *run_data_input(const struct run_data *data, size_t index, int64_t inference)
{
    const struct run_tensor *input = data->input_of[index];
    size_t size_bytes = input->tensor.size_bytes;
    if (!input->batched)
        return input->tensor.data;
    return (const uint8_t *)input->tensor.data +
           size_bytes / (size_t)input->tensor.shape[0] * (size_t)inference;
}

void *run_data_output(const struct run_data *data, size_t index, int64_t inference)
{
    const struct tensor *output = &data->outputs[index];
    return (uint8_t *)output->data +
           output->size_bytes / (size_t)data->inferences * (size_t)inference;
}

static void dispose_tensors(struct run_tensor *tensors, size_t count)
{
    for (size_t i = 0; tensors && i < count; i++)
        tensor_dispose(&tensors[i].tensor);
    free(tensors);
}

void run_data_dispose(struct run_data *data)
{
    dispose_tensors(data->inputs, data->inputs_count);
    dispose_tensors(data->expects, data->expects_count);
    for (size_t i = 0; i < data->outputs_count; i++)
        tensor_dispose(&data->outputs[i]);
    free(data->outputs);
    free(data->input_of);
    free(data->expect_of);
    *data = (struct run_data){.inputs = NULL};
}
