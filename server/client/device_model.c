#include "client/device_model.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <string.h>

/* More than any board has memory for; keeps a lying device from taking the host's. */
static const size_t TENSOR_MAX_BYTES = (size_t)256 << 20;

/* Functions of the executor module. */
struct executor {
    uint64_t module;
    uint64_t get_input;
    uint64_t get_output;
    uint64_t get_input_name; /* 0: the runtime is older than that */
    int64_t inputs_count;
    int64_t outputs_count;
};

bool device_names_match(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        int left = isalnum((unsigned char)*a) ? *a : '_';
        int right = isalnum((unsigned char)*b) ? *b : '_';
        if (left != right)
            return false;
    }
    return *a == *b;
}

static bool need_global(struct rpc_client *client, const char *name, uint64_t *ret_function,
                        struct error *err)
{
    uint64_t function;
    if (!rpc_find_global(client, name, &function, err))
        return false;
    if (function == 0)
        return error_set(err, ERROR_DEVICE, 0,
                         "the firmware has no %s: its C runtime was built without it", name);
    *ret_function = function;
    return true;
}

static bool need_function(struct rpc_client *client, uint64_t module, const char *name,
                          uint64_t *ret_function, struct error *err)
{
    uint64_t function;
    if (!rpc_find_in_module(client, module, name, &function, err))
        return false;
    if (function == 0)
        return error_set(err, ERROR_DEVICE, 0, "the firmware's executor has no \"%s\"", name);
    *ret_function = function;
    return true;
}

static bool create_aot(struct rpc_client *client, struct rpc_value library, const char *module_name,
                       uint64_t *ret_module, struct error *err)
{
    static const char CREATE[] = "tvm.aot_executor.create";
    uint64_t create_function;
    struct rpc_value executor;
    if (!need_global(client, CREATE, &create_function, err))
        return false;
    struct rpc_value args[] = {
        library,
        {.type = RPC_DEVICE, .device = {RPC_DEVICE_CPU, 0}},
        rpc_string(module_name),
    };
    if (!rpc_call_for(client, CREATE, create_function, args, 3, RPC_MODULE, &executor, err))
        return false;
    *ret_module = executor.handle;
    return true;
}

static bool create_executor(struct rpc_client *client, const struct model_names *names,
                            uint64_t *ret_module, struct error *err)
{
    static const char LIBRARY[] = "runtime.SystemLib";
    uint64_t function;
    struct rpc_value library;
    if (!need_global(client, LIBRARY, &function, err) ||
        !rpc_call_for(client, LIBRARY, function, NULL, 0, RPC_MODULE, &library, err))
        return false;
    if (names->graph)
        return device_graph_create(client, library.handle, names->graph, ret_module, err);
    return create_aot(client, library, names->module, ret_module, err);
}

bool device_tensor_type(const struct rpc_tensor *remote, struct tensor *ret_type, struct error *err)
{
    struct tensor type = {.code = remote->code, .bits = remote->bits, .ndim = remote->ndim};
    if ((remote->code == TENSOR_UINT && remote->bits == 1) || remote->code == TENSOR_BOOL) {
        type.code = TENSOR_BOOL;
        type.bits = 8;
    }
    bool known = type.code <= TENSOR_FLOAT || type.code == TENSOR_BOOL;
    bool sized = type.bits == 8 || type.bits == 16 || type.bits == 32 || type.bits == 64;
    if (!known || !sized || remote->lanes != 1 || (type.code == TENSOR_FLOAT && type.bits == 8))
        return error_set(err, ERROR_DEVICE, 0,
                         "its type (DLPack code %u, %u bits, %u lanes) is not supported",
                         remote->code, remote->bits, remote->lanes);
    type.size_bytes = type.bits / 8U;
    for (int i = 0; i < remote->ndim; i++) {
        type.shape[i] = remote->shape[i];
        if (remote->shape[i] < 0 ||
            __builtin_mul_overflow(type.size_bytes, (size_t)remote->shape[i], &type.size_bytes) ||
            type.size_bytes > TENSOR_MAX_BYTES)
            return error_set(err, ERROR_DEVICE, 0, "its dimension %d, %lld, is impossible", i,
                             (long long)remote->shape[i]);
    }
    *ret_type = type;
    return true;
}

/* Learn one tensor, whose name is known. An AOT executor counts references: ours is given back, it
 * keeps its own for as long as it lives. A graph executor's tensor must not be freed: that of TVM
 * 0.8 would take it from the graph. */
static bool fetch_port(struct rpc_client *client, const char *function_name, uint64_t function,
                       struct rpc_value which, bool counted, struct model_port *port,
                       struct error *err)
{
    struct rpc_value value;
    uint64_t ndarray = 0;
    if (!rpc_call(client, function_name, function, &which, 1, &value, &ndarray, err))
        return false;
    if (value.type != RPC_NDARRAY)
        return error_set(err, ERROR_DEVICE, 0,
                         "calling \"%s\": the device returned type code %d, expected %d",
                         function_name, (int)value.type, (int)RPC_NDARRAY);
    port->remote = value.tensor;
    if (!device_tensor_type(&port->remote, &port->type, err))
        return error_wrap(err, "calling \"%s\" for \"%s\"", function_name, port->name);
    return !counted || rpc_free(client, ndarray, RPC_NDARRAY, err);
}

static bool device_input_name(struct rpc_client *client, const struct executor *executor,
                              size_t index, char **ret_name, struct error *err)
{
    struct rpc_value arg = rpc_integer((int64_t)index);
    struct rpc_value value;
    if (!rpc_call_for(client, "get_input_name", executor->get_input_name, &arg, 1, RPC_STRING,
                      &value, err))
        return false;
    char *name = strndup(value.text.data, value.text.size_bytes);
    if (!name)
        return error_no_memory(err, "a name", value.text.size_bytes);
    *ret_name = name;
    return true;
}

static bool archive_name(const char *const *names, size_t names_count, size_t count, size_t index,
                         const char *kind, char **ret_name, struct error *err)
{
    char *name = NULL;
    if (names_count == count)
        name = strdup(names[index]);
    else if (asprintf(&name, "%s%zu", kind, index) < 0)
        name = NULL;
    if (!name)
        return error_no_memory(err, "a name", 0);
    *ret_name = name;
    return true;
}

static bool count_of(struct rpc_client *client, uint64_t module, const char *name,
                     int64_t *ret_count, struct error *err)
{
    uint64_t function;
    struct rpc_value value;
    if (!need_function(client, module, name, &function, err) ||
        !rpc_call_for(client, name, function, NULL, 0, RPC_INT, &value, err))
        return false;
    if (value.integer < 0 || value.integer > MODEL_MAX_PORTS)
        return error_set(err, ERROR_DEVICE, 0,
                         "calling \"%s\": the device returned %lld (at most %d)", name,
                         (long long)value.integer, MODEL_MAX_PORTS);
    *ret_count = value.integer;
    return true;
}

/* A graph counts its parameters as inputs, and an old runtime's cannot be asked for names: what the
 * archive calls inputs counts. */
static bool find_inputs(struct rpc_client *client, const struct model_names *names,
                        struct executor *executor, struct error *err)
{
    if (names->graph) {
        executor->inputs_count = (int64_t)names->inputs_count;
        return true;
    }
    return rpc_find_in_module(client, executor->module, "get_input_name", &executor->get_input_name,
                              err) &&
           count_of(client, executor->module, "get_num_inputs", &executor->inputs_count, err);
}

static bool find_functions(struct rpc_client *client, const struct model_names *names,
                           struct executor *executor, uint64_t *ret_run, struct error *err)
{
    return need_function(client, executor->module, "get_input", &executor->get_input, err) &&
           need_function(client, executor->module, "get_output", &executor->get_output, err) &&
           need_function(client, executor->module, "run", ret_run, err) &&
           find_inputs(client, names, executor, err) &&
           count_of(client, executor->module, "get_num_outputs", &executor->outputs_count, err);
}

/* The archive's name for an input; the device's, where that means another one. */
static bool input_name(struct rpc_client *client, const struct executor *executor,
                       const struct model_names *names, size_t count, size_t index, char **ret_name,
                       struct error *err)
{
    cleanup_free char *listed = NULL;
    cleanup_free char *own = NULL;
    if (!archive_name(names->inputs, names->inputs_count, count, index, "input", &listed, err) ||
        (executor->get_input_name && !device_input_name(client, executor, index, &own, err)))
        return false;
    *ret_name =
        own && !device_names_match(own, listed) ? steal_pointer(own) : steal_pointer(listed);
    return true;
}

static bool fetch_inputs(struct device_model *model, const struct executor *executor,
                         const struct model_names *names, struct error *err)
{
    for (size_t i = 0; i < model->inputs_count; i++) {
        struct model_port *port = &model->inputs[i];
        if (!input_name(model->client, executor, names, model->inputs_count, i, &port->name, err))
            return false;
        struct rpc_value which = names->graph ? rpc_string(port->name) : rpc_integer((int64_t)i);
        if (!fetch_port(model->client, "get_input", executor->get_input, which, !names->graph, port,
                        err))
            return false;
    }
    return true;
}

static bool fetch_outputs(struct device_model *model, const struct executor *executor,
                          const struct model_names *names, struct error *err)
{
    for (size_t i = 0; i < model->outputs_count; i++) {
        struct model_port *port = &model->outputs[i];
        if (!archive_name(names->outputs, names->outputs_count, model->outputs_count, i, "output",
                          &port->name, err) ||
            !fetch_port(model->client, "get_output", executor->get_output, rpc_integer((int64_t)i),
                        !names->graph, port, err))
            return false;
    }
    return true;
}

static bool open_model(struct device_model *model, const struct model_names *names,
                       struct error *err)
{
    struct executor executor = {.module = 0};
    if (!create_executor(model->client, names, &executor.module, err) ||
        !find_functions(model->client, names, &executor, &model->run, err))
        return error_wrap(err, "setting up the model on the device");
    model->inputs_count = (size_t)executor.inputs_count;
    model->outputs_count = (size_t)executor.outputs_count;
    model->inputs = calloc(model->inputs_count + 1, sizeof(*model->inputs));
    model->outputs = calloc(model->outputs_count + 1, sizeof(*model->outputs));
    if (!model->inputs || !model->outputs)
        return error_no_memory(err, "the model's tensors", sizeof(struct model_port));
    if (!fetch_inputs(model, &executor, names, err) || !fetch_outputs(model, &executor, names, err))
        return error_wrap(err, "setting up the model on the device");
    return true;
}

bool device_model_open(struct rpc_client *client, const struct model_names *names,
                       struct device_model *ret_model, struct error *err)
{
    struct device_model model = {.client = client};
    if (!open_model(&model, names, err)) {
        device_model_dispose(&model);
        return false;
    }
    *ret_model = model;
    return true;
}

static void dispose_ports(struct model_port *ports, size_t count)
{
    for (size_t i = 0; ports && i < count; i++)
        free(ports[i].name);
    free(ports);
}

void device_model_dispose(struct device_model *model)
{
    dispose_ports(model->inputs, model->inputs_count);
    dispose_ports(model->outputs, model->outputs_count);
    *model = (struct device_model){.client = NULL};
}

bool device_model_set_input(struct device_model *model, size_t index, const void *data,
                            struct error *err)
{
    const struct model_port *port = &model->inputs[index];
    if (!rpc_copy_to(model->client, &port->remote, data, port->type.size_bytes, err))
        return error_wrap(err, "input \"%s\"", port->name);
    return true;
}

bool device_model_run(struct device_model *model, struct error *err)
{
    struct rpc_value value;
    return rpc_call(model->client, "run", model->run, NULL, 0, &value, NULL, err);
}

bool device_model_get_output(struct device_model *model, size_t index, void *data,
                             struct error *err)
{
    const struct model_port *port = &model->outputs[index];
    if (!rpc_copy_from(model->client, &port->remote, data, port->type.size_bytes, err))
        return error_wrap(err, "output \"%s\"", port->name);
    return true;
}
