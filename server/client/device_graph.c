#include "client/device_graph.h"

#include "base/cleanup.h"

#include <string.h>

static const char CREATE[] = "tvm.graph_executor.create";
static const uint64_t LIST_MARK = 0xf7e58d4f05049cb7;
static const uint64_t TENSOR_MARK = 0xdd5e40f096b4a13f;

/* ---- the graph ---- */

static bool call_create(struct rpc_client *client, struct rpc_value graph, uint64_t library,
                        uint64_t *ret_module, struct error *err)
{
    const struct rpc_value args[] = {
        graph,
        {.type = RPC_MODULE, .handle = library},
        rpc_integer(RPC_DEVICE_CPU),
        rpc_integer(0),
    };
    uint64_t function;
    struct rpc_value module;
    if (!rpc_find_global(client, CREATE, &function, err))
        return false;
    if (function == 0)
        return error_set(err, ERROR_DEVICE, 0,
                         "the firmware has no %s: its C runtime was built without it", CREATE);
    if (!rpc_call_for(client, CREATE, function, args, 4, RPC_MODULE, &module, err))
        return false;
    *ret_module = module.handle;
    return true;
}

static bool create_from_memory(struct rpc_client *client, uint64_t library, const char *text,
                               uint64_t *ret_module, struct error *err)
{
    size_t size_bytes = strlen(text);
    struct rpc_value graph = {.type = RPC_TENSOR};
    if (!rpc_allocate(client, size_bytes, &graph.tensor, err) ||
        !rpc_copy_to(client, &graph.tensor, text, size_bytes, err))
        return error_wrap(err, "sending the graph");
    if (!call_create(client, graph, library, ret_module, err)) {
        /* TVM's runtimes take a string only, and say nothing; ours says what else is wrong. */
        if (!strstr(err->text, RPC_NO_REASON))
            return false;
        return error_wrap(err,
                          "the graph has %zu bytes, packets of the device at most %llu: raise the "
                          "option rpc_packet_size_bytes, or take the bundled runtime, to which "
                          "this does not matter",
                          size_bytes, (unsigned long long)client->packet_max_bytes);
    }
    return rpc_release(client, &graph.tensor, err);
}

static bool create(struct rpc_client *client, uint64_t library, const char *text,
                   uint64_t *ret_module, struct error *err)
{
    /* Code, function, how many arguments, their types, the string's length, the others. */
    const uint64_t overhead_bytes = 4 + 8 + 4 + 4 * 4 + 8 + 3 * 8;
    if (client->packet_max_bytes < overhead_bytes + strlen(text))
        return create_from_memory(client, library, text, ret_module, err);
    return call_create(client, rpc_string(text), library, ret_module, err);
}

/* ---- parameters ---- */

struct parameter {
    char *name;
    const uint8_t *data;
    size_t size_bytes;
};

/* size_bytes of the file, which the reader goes past; NULL: they are not there. */
static const uint8_t *take(struct wire_reader *reader, uint64_t size_bytes)
{
    const uint8_t *data = reader->data + reader->at;
    if (reader->failed || size_bytes > reader->size_bytes - reader->at)
        return NULL;
    reader->at += size_bytes;
    return data;
}

static bool take_mark(struct wire_reader *reader, uint64_t wanted)
{
    uint64_t mark = wire_get_u64(reader);
    (void)wire_get_u64(reader);
    return mark == wanted && !reader->failed;
}

static bool take_name(struct wire_reader *reader, const uint8_t **ret_name, size_t *ret_length)
{
    uint64_t length = wire_get_u64(reader);
    *ret_name = take(reader, length);
    *ret_length = length;
    return *ret_name != NULL;
}

/* Device, dimensions and type are not looked at: the size must be the graph's. */
static bool take_tensor(struct wire_reader *reader, struct parameter *parameter)
{
    if (!take_mark(reader, TENSOR_MARK) || !take(reader, 8))
        return false;
    uint64_t ndim = wire_get_u32(reader);
    if (!take(reader, 4) || !take(reader, 8 * ndim))
        return false;
    uint64_t size_bytes = wire_get_u64(reader);
    parameter->data = take(reader, size_bytes);
    parameter->size_bytes = size_bytes;
    return parameter->data != NULL;
}

static size_t tensor_bytes(const struct rpc_tensor *tensor)
{
    size_t size_bytes = ((size_t)tensor->bits * tensor->lanes + 7) / 8;
    for (int i = 0; i < tensor->ndim; i++) {
        if (tensor->shape[i] < 0 ||
            __builtin_mul_overflow(size_bytes, (size_t)tensor->shape[i], &size_bytes))
            return SIZE_MAX;
    }
    return size_bytes;
}

static bool send_parameter(struct rpc_client *client, uint64_t get_input,
                           const struct parameter *parameter, struct error *err)
{
    const struct rpc_value name = rpc_string(parameter->name);
    struct rpc_value value;
    if (!rpc_call(client, "get_input", get_input, &name, 1, &value, NULL, err))
        return false;
    if (value.type == RPC_NULL) /* compiled into a function */
        return true;
    if (value.type != RPC_NDARRAY || tensor_bytes(&value.tensor) != parameter->size_bytes)
        return error_set(err, ERROR_DEVICE, 0, "it has %zu bytes, the graph has another size",
                         parameter->size_bytes);
    return rpc_copy_to(client, &value.tensor, parameter->data, parameter->size_bytes, err);
}

static bool damaged(struct error *err)
{
    return error_set(err, ERROR_MODEL, 0, "the model's parameters are damaged");
}

/* names and tensors stand at the first of either. */
static bool send_each(struct rpc_client *client, uint64_t get_input, struct wire_reader *names,
                      struct wire_reader *tensors, uint64_t count, struct error *err)
{
    for (uint64_t i = 0; i < count; i++) {
        struct parameter parameter;
        const uint8_t *name;
        size_t length;
        if (!take_name(names, &name, &length) || !take_tensor(tensors, &parameter))
            return damaged(err);
        cleanup_free char *text = strndup((const char *)name, length);
        if (!text)
            return error_no_memory(err, "a name", length);
        parameter.name = text;
        if (!send_parameter(client, get_input, &parameter, err))
            return error_wrap(err, "parameter \"%.100s\"", text);
    }
    return true;
}

static bool send_parameters(struct rpc_client *client, uint64_t module,
                            const struct graph_source *graph, struct error *err)
{
    struct wire_reader reader = {.data = graph->params, .size_bytes = graph->params_size_bytes};
    const uint8_t *name;
    size_t length;
    uint64_t get_input = 0;
    if (!take_mark(&reader, LIST_MARK))
        return damaged(err);
    uint64_t count = wire_get_u64(&reader);
    struct wire_reader names = reader;
    for (uint64_t i = 0; i < count; i++) {
        if (!take_name(&reader, &name, &length))
            return damaged(err);
    }
    if (wire_get_u64(&reader) != count || reader.failed)
        return damaged(err);
    if (!rpc_find_in_module(client, module, "get_input", &get_input, err))
        return false;
    if (get_input == 0)
        return error_set(err, ERROR_DEVICE, 0, "the firmware's executor has no \"get_input\"");
    return send_each(client, get_input, &names, &reader, count, err);
}

bool device_graph_create(struct rpc_client *client, uint64_t library,
                         const struct graph_source *graph, uint64_t *ret_module, struct error *err)
{
    uint64_t module = 0;
    uint64_t linked = 0;
    if (!create(client, library, graph->text, &module, err) ||
        !rpc_find_in_module(client, library, "_lookup_linked_param", &linked, err) ||
        (graph->params && linked == 0 && !send_parameters(client, module, graph, err)))
        return false;
    *ret_module = module;
    return true;
}
