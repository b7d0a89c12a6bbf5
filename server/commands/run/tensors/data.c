#include "commands/run/tensors/data.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool run_data_load(const struct run_args *args, struct run_data *ret_data, struct error *err)
{
    struct run_data data = {.inputs = NULL};
    if ((args->labels_path && !labels_load(args->labels_path, &data.labels, err)) ||
        !run_files_load(args->inputs, args->inputs_count, "input", &data.inputs, &data.inputs_count,
                        err) ||
        !run_files_load(args->expects, args->expects_count, "expect", &data.expects,
                        &data.expects_count, err)) {
        run_data_dispose(&data);
        return false;
    }
    *ret_data = data;
    return true;
}

const struct run_tensor *run_data_find(const struct run_tensor *given, size_t given_count,
                                       const struct model_tensor *tensor)
{
    for (size_t i = 0; i < given_count; i++)
        if (given[i].of == tensor)
            return &given[i];
    return NULL;
}

/* ---- against the device ---- */

/* The port by a name, of which TVM writes '_' for what no C identifier may hold: of those that are
 * then alike, the one behind so many. count: there is none. */
static size_t port_called(const char *name, size_t namesakes, const struct model_port *ports,
                          size_t count)
{
    size_t port = 0;
    for (; port < count; port++)
        if (model_names_match(name, ports[port].name) && namesakes-- == 0)
            break;
    return port;
}

/* The port that a file is for: by name, else by number, else by its place. */
static size_t port_of(const struct run_tensor *given, const struct model_port *ports, size_t count)
{
    if (given->of)
        return port_called(given->of->name, given->namesakes, ports, count);
    if (!given->name)
        return given->place < count ? given->place : count;
    size_t port = port_called(given->name, 0, ports, count);
    bool is_number = given->name[strspn(given->name, "0123456789")] == '\0';
    unsigned long number = strtoul(given->name, NULL, 10);
    return port == count && is_number && number < count ? number : port;
}

/* Find what was given for each port. ret_of has room for ports_count. */
static bool match(const struct run_tensor *given, size_t given_count,
                  const struct model_port *ports, size_t ports_count, const char *option,
                  const struct run_tensor **ret_of, struct error *err)
{
    for (size_t i = 0; i < given_count; i++) {
        size_t port = port_of(&given[i], ports, ports_count);
        if (port == ports_count)
            return error_set(err, ERROR_USAGE, 0,
                             "--%s %s: the firmware has no such tensor (it has %zu)", option,
                             given[i].name ? given[i].name : given[i].path, ports_count);
        if (ret_of[port])
            return error_set(err, ERROR_USAGE, 0, "--%s: \"%s\" is given twice, %s and %s", option,
                             ports[port].name, ret_of[port]->path, given[i].path);
        ret_of[port] = &given[i];
    }
    return true;
}

static bool same_axes(const int64_t *shape, const int64_t *other, int count)
{
    for (int i = 0; i < count; i++)
        if (shape[i] != other[i])
            return false;
    return true;
}

static bool has_one_row(const struct tensor *type)
{
    return type->ndim > 0 && type->shape[0] == 1;
}

static bool find_axis(const struct tensor *tensor, const struct tensor *type, enum run_axis *ret)
{
    bool same_ndim = tensor->ndim == type->ndim;
    if (same_ndim && same_axes(tensor->shape, type->shape, type->ndim)) {
        *ret = RUN_ONE;
        return true;
    }
    if (tensor->ndim == 0 || tensor->shape[0] == 0)
        return false;
    *ret = same_ndim ? RUN_ROWS : RUN_STACKED;
    return same_ndim
               ? has_one_row(type) && same_axes(tensor->shape + 1, type->shape + 1, type->ndim - 1)
               : tensor->ndim == type->ndim + 1 &&
                     same_axes(tensor->shape + 1, type->shape, type->ndim);
}

/* Type and shape against the port's; sets given->axis. */
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
                         port->name, given->path, tensor_dtype_text(tensor, have, sizeof(have)),
                         tensor_dtype_text(&port->type, want, sizeof(want)));
    if (find_axis(tensor, &port->type, &given->axis))
        return true;
    return error_set(err, ERROR_USAGE, 0,
                     "--%s \"%s\": %s has shape %s, the model %s (for several inferences: with one "
                     "axis more in front%s)",
                     option, port->name, given->path,
                     tensor_shape_text(tensor, have_shape, sizeof(have_shape)),
                     tensor_shape_text(&port->type, want_shape, sizeof(want_shape)),
                     has_one_row(&port->type) ? ", or more rows" : "");
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
        if (given->axis == RUN_ONE)
            continue;
        if (data->axis != RUN_ONE && given->tensor.shape[0] != data->inferences)
            return error_set(
                err, ERROR_USAGE, 0,
                "--input \"%s\": %s is for %" PRId64 " inferences, another input for %" PRId64,
                model->inputs[i].name, given->path, given->tensor.shape[0], data->inferences);
        data->axis = given->axis > data->axis ? given->axis : data->axis;
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
        int64_t count = given->axis == RUN_ONE ? 1 : given->tensor.shape[0];
        if (count != data->inferences)
            return error_set(err, ERROR_USAGE, 0,
                             "--expect \"%s\": %s is for %" PRId64
                             " inferences, the inputs are for %" PRId64,
                             model->outputs[i].name, given->path, count, data->inferences);
    }
    return true;
}

bool run_data_add_axis(const struct run_data *data, struct tensor *output, const char *name,
                       struct error *err)
{
    if (data->axis == RUN_ONE)
        return true;
    if (data->axis == RUN_STACKED || !has_one_row(output)) {
        if (output->ndim == TENSOR_MAX_NDIM)
            return error_set(
                err, ERROR_USAGE, 0,
                "output \"%s\" has %d dimensions already: give one inference at a time", name,
                TENSOR_MAX_NDIM);
        memmove(output->shape + 1, output->shape, (size_t)output->ndim * sizeof(int64_t));
        output->ndim++;
    }
    output->shape[0] = data->inferences;
    return true;
}

static bool make_outputs(struct run_data *data, const struct device_model *model, struct error *err)
{
    for (size_t i = 0; i < model->outputs_count; i++) {
        struct tensor *output = &data->outputs[i];
        *output = model->outputs[i].type;
        if (!run_data_add_axis(data, output, model->outputs[i].name, err))
            return false;
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
    data->verdicts = calloc(model->outputs_count + 1, sizeof(*data->verdicts));
    if (!data->input_of || !data->expect_of || !data->outputs || !data->verdicts)
        return error_no_memory(err, "tensors", sizeof(*data->outputs));
    data->outputs_count = model->outputs_count;
    if (!match(data->inputs, data->inputs_count, model->inputs, model->inputs_count, "input",
               data->input_of, err) ||
        !match(data->expects, data->expects_count, model->outputs, model->outputs_count, "expect",
               data->expect_of, err) ||
        !fit_inputs(data, model, err) || !fit_expects(data, model, err) ||
        !labels_check(&data->labels, data->inferences,
                      model->outputs_count > 0 ? &model->outputs[0].type : NULL, err))
        return false;
    if (data->inferences_most > 0 && data->inferences > data->inferences_most)
        data->inferences = data->inferences_most;
    return make_outputs(data, model, err);
}

const void *run_data_input(const struct run_data *data, size_t index, int64_t inference)
{
    const struct run_tensor *input = data->input_of[index];
    size_t size_bytes = input->tensor.size_bytes;
    if (input->axis == RUN_ONE)
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

void run_data_drop_unwritten(struct run_data *data, const struct model *model)
{
    for (size_t i = 0; i < data->outputs_count && data->outputs_count == model->outputs_count; i++)
        if (model->outputs[i].unwritten)
            free(steal_pointer(data->outputs[i].data));
}

struct run_data run_data_again(const struct run_data *data, int64_t inferences)
{
    return (struct run_data){
        .inputs = data->inputs,
        .inputs_count = data->inputs_count,
        .inferences_most = inferences,
    };
}

void run_data_unbind(struct run_data *data)
{
    for (size_t i = 0; i < data->outputs_count; i++)
        tensor_dispose(&data->outputs[i]);
    data->outputs_count = 0;
    free(steal_pointer(data->outputs));
    free(steal_pointer(data->verdicts));
    free(steal_pointer(data->input_of));
    free(steal_pointer(data->expect_of));
}

void run_data_dispose(struct run_data *data)
{
    run_data_unbind(data);
    run_files_dispose(data->inputs, data->inputs_count);
    run_files_dispose(data->expects, data->expects_count);
    labels_dispose(&data->labels);
    *data = (struct run_data){.inputs = NULL};
}
