#include "commands/run/standalone.h"

#include "client/standalone.h"

#include <stdlib.h>
#include <string.h>

/* The shape of a file for the tensor, without the axis of several inferences. */
static void shape_as_given(struct tensor *type, const struct tensor *given)
{
    int first = given->size_bytes == type->size_bytes ? 0 : 1;
    if (given->ndim < first)
        return;
    struct tensor shaped = *type;
    shaped.ndim = given->ndim - first;
    memcpy(shaped.shape, given->shape + first, (size_t)shaped.ndim * sizeof(shaped.shape[0]));
    if (tensor_elements(&shaped) == tensor_elements(type))
        *type = shaped;
}

static bool describe_port(struct model_port *port, const struct model_tensor *tensor,
                          const struct run_tensor *given, struct error *err)
{
    if (!tensor->dtype || !tensor_dtype_parse(tensor->dtype, &port->type))
        return error_set(err, ERROR_MODEL, 0,
                         "tensor \"%s\": elements of type \"%s\", which .npy "
                         "files do not have",
                         tensor->name, tensor->dtype ? tensor->dtype : "?");
    port->type.size_bytes = tensor->size_bytes;
    port->type.ndim = 1;
    port->type.shape[0] = (int64_t)(tensor->size_bytes / (port->type.bits / 8));
    if (given)
        shape_as_given(&port->type, &given->tensor);
    port->name = strdup(tensor->name);
    return port->name ? true : error_no_memory(err, "a name", strlen(tensor->name));
}

static bool describe_ports(const struct model_tensor *tensors, size_t count,
                           const struct run_tensor *given, size_t given_count,
                           struct model_port **ret_ports, size_t *ret_count, struct error *err)
{
    *ret_ports = calloc(count + 1, sizeof(**ret_ports));
    if (!*ret_ports)
        return error_no_memory(err, "tensors", count * sizeof(**ret_ports));
    for (size_t i = 0; i < count; i++) {
        const struct run_tensor *file = run_data_find(given, given_count, tensors[i].name, i);
        *ret_count = i + 1;
        if (!describe_port(&(*ret_ports)[i], &tensors[i], file, err))
            return false;
    }
    return true;
}

/* The time on the board, of all inferences. */
static bool infer(struct standalone *firmware, const struct device_model *model,
                  const struct run_data *data, struct report *report, uint64_t *ret_time_us,
                  struct error *err)
{
    uint64_t total_us = 0;
    for (int64_t n = 0; n < data->inferences; n++) {
        uint64_t time_us = 0;
        report_progress(report, (long)n, (long)data->inferences);
        bool good = true;
        for (size_t i = 0; good && i < model->inputs_count; i++)
            good = standalone_set_input(firmware, i, run_data_input(data, i, n),
                                        model->inputs[i].type.size_bytes, err);
        good = good && standalone_infer(firmware, &time_us, err);
        for (size_t i = 0; good && i < model->outputs_count; i++)
            good = standalone_get_output(firmware, i, run_data_output(data, i, n),
                                         model->outputs[i].type.size_bytes, err);
        if (!good)
            return error_wrap(err, "inference %lld of %lld", (long long)n + 1,
                              (long long)data->inferences);
        total_us += time_us;
    }
    *ret_time_us = total_us;
    return true;
}

static bool run_model(struct standalone *firmware, const struct model *archive,
                      struct report *report, struct run_data *data, struct device_model *model,
                      struct error *err)
{
    uint64_t time_us = 0;
    if (!describe_ports(archive->inputs, archive->inputs_count, data->inputs, data->inputs_count,
                        &model->inputs, &model->inputs_count, err) ||
        !describe_ports(archive->outputs, archive->outputs_count, data->expects,
                        data->expects_count, &model->outputs, &model->outputs_count, err) ||
        !run_data_bind(data, model, err))
        return false;
    report_end(report, NULL);
    report_begin(report, "run");
    if (!infer(firmware, model, data, report, &time_us, err))
        return false;
    report_end(report, "%lld inference%s, %.1f us each by the board's clock",
               (long long)data->inferences, data->inferences == 1 ? "" : "s",
               (double)time_us / (double)data->inferences);
    return true;
}

bool run_on_standalone(struct board_stream *stream, int64_t timeout_ms, const struct model *model,
                       struct report *report, struct run_data *data, struct device_model *ret_model,
                       struct error *err)
{
    struct link_stream link_stream = board_stream_link(stream);
    struct standalone *firmware = NULL;
    struct device_model device_model = {.client = NULL};
    report_begin(report, "session");
    bool good = standalone_open(&link_stream, timeout_ms, &firmware, err) &&
                run_model(firmware, model, report, data, &device_model, err);
    standalone_close(firmware);
    if (good) {
        *ret_model = device_model;
        return true;
    }
    device_model_dispose(&device_model);
    return board_stream_add_log(stream, err);
}
