#include "commands/run/text/ports.h"

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

static void take_shape(struct tensor *type, const struct model_tensor *tensor)
{
    _Static_assert((int)MODEL_TENSOR_MAX_NDIM <= (int)TENSOR_MAX_NDIM, "room for the shape");
    type->ndim = tensor->ndim;
    memcpy(type->shape, tensor->shape, (size_t)tensor->ndim * sizeof(tensor->shape[0]));
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
    if (tensor->has_shape)
        take_shape(&port->type, tensor);
    else if (given)
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
        const struct run_tensor *file = run_data_find(given, given_count, &tensors[i]);
        *ret_count = i + 1;
        if (!describe_port(&(*ret_ports)[i], &tensors[i], file, err))
            return false;
    }
    return true;
}

bool run_ports_describe(const struct model *archive, const struct run_data *data,
                        struct device_model *model, struct error *err)
{
    return describe_ports(archive->inputs, archive->inputs_count, data->inputs, data->inputs_count,
                          &model->inputs, &model->inputs_count, err) &&
           describe_ports(archive->outputs, archive->outputs_count, data->expects,
                          data->expects_count, &model->outputs, &model->outputs_count, err);
}
