#include "client/rpc_client.h"

#include <ctype.h>
#include <string.h>

enum {
    /* For a runtime too old to say: what the smallest of TVM's own configurations takes. */
    PACKET_DEFAULT_BYTES = 1024,
    EXCEPTION_TEXT_SIZE = 1024,
};

static const char PROTOCOL_VERSION[] = "0.8.0";

struct rpc_value rpc_string(const char *string)
{
    return (struct rpc_value){.type = RPC_STRING, .text = {string, strlen(string)}};
}

static bool malformed(struct error *err)
{
    return error_wrap(err, "the device's reply is malformed");
}

/* The device's own words, with anything unprintable replaced. */
static bool device_exception(struct wire_reader *reader, struct error *err)
{
    struct rpc_value values[RPC_MAX_VALUES];
    int count;
    char text[EXCEPTION_TEXT_SIZE];
    if (!wire_get_values(reader, values, &count, err))
        return malformed(err);
    if (count != 1 || values[0].type != RPC_STRING || values[0].text.size_bytes == 0)
        return error_set(err, ERROR_DEVICE, 0, RPC_NO_REASON);
    size_t size = values[0].text.size_bytes;
    if (size > sizeof(text) - 1)
        size = sizeof(text) - 1;
    for (size_t i = 0; i < size; i++) {
        char byte = values[0].text.data[i];
        text[i] = isprint((unsigned char)byte) || byte == '\n' ? byte : '?';
    }
    text[size] = '\0';
    return error_set(err, ERROR_DEVICE, 0, "the device reports: %s", text);
}

/* Send the packet that was begun in client->packet; *ret_reader then stands behind the reply's
 * code, which is ret_code. */
static bool exchange(struct rpc_client *client, enum rpc_code *ret_code,
                     struct wire_reader *ret_reader, struct error *err)
{
    const uint8_t *reply;
    size_t size_bytes;
    struct deadline deadline =
        client->timeout_ms > 0 ? deadline_in_ms(client->timeout_ms) : deadline_never();
    if (!wire_end(&client->packet, err))
        return false;
    if (!link_request(client->link, client->packet.data, client->packet.size_bytes, deadline,
                      &reply, &size_bytes, err)) {
        if (err->kind == ERROR_TIMEOUT)
            return error_set(err, ERROR_TIMEOUT, 0, "the device did not answer within %lld ms",
                             (long long)client->timeout_ms);
        return false;
    }

    struct wire_reader reader = {.data = reply, .size_bytes = size_bytes};
    uint64_t length = wire_get_u64(&reader);
    uint32_t code = wire_get_u32(&reader);
    if (reader.failed || length != size_bytes - 8)
        return error_set(err, ERROR_DEVICE, 0,
                         "the device's reply is malformed: it is %zu bytes long and claims %llu",
                         size_bytes, (unsigned long long)length + 8);
    *ret_code = (enum rpc_code)code;
    *ret_reader = reader;
    return true;
}

bool rpc_exchange(struct rpc_client *client, enum rpc_code wanted, struct wire_reader *ret_reader,
                  struct error *err)
{
    enum rpc_code code;
    struct wire_reader reader;
    if (!exchange(client, &code, &reader, err))
        return false;
    if (code == RPC_EXCEPTION)
        return device_exception(&reader, err);
    if (code != wanted)
        return error_set(err, ERROR_DEVICE, 0,
                         "the device's reply is malformed: code %d, expected %d", (int)code,
                         (int)wanted);
    *ret_reader = reader;
    return true;
}

static bool handle_of(struct wire_reader *reader, uint64_t *ret_handle, struct error *err)
{
    struct rpc_value values[RPC_MAX_VALUES];
    int count;
    if (!wire_get_values(reader, values, &count, err))
        return malformed(err);
    if (count != 1 || (values[0].type != RPC_HANDLE && values[0].type != RPC_NULL))
        return error_set(err, ERROR_DEVICE, 0, "the device's reply is malformed: it is no handle");
    *ret_handle = values[0].type == RPC_HANDLE ? values[0].handle : 0;
    return true;
}

bool rpc_find_global(struct rpc_client *client, const char *name, uint64_t *ret_handle,
                     struct error *err)
{
    struct rpc_value arg = rpc_string(name);
    enum rpc_code code;
    struct wire_reader reader;
    uint64_t handle = 0;
    wire_begin(&client->packet, RPC_GET_GLOBAL_FUNC);
    wire_put_values(&client->packet, &arg, 1);
    if (!exchange(client, &code, &reader, err))
        return error_wrap(err, "looking up \"%s\"", name);
    /* An unknown name is a null handle, or an exception of runtimes before TVM 0.10. */
    if (code != RPC_EXCEPTION && !handle_of(&reader, &handle, err))
        return error_wrap(err, "looking up \"%s\"", name);
    *ret_handle = handle;
    return true;
}

/* A call's reply: the returned type's code, the value and, for an NDArray, its handle. */
static bool returned_value(struct wire_reader *reader, struct rpc_value *ret_value,
                           uint64_t *ret_ndarray, struct error *err)
{
    struct rpc_value values[RPC_MAX_VALUES];
    int count;
    if (!wire_get_values(reader, values, &count, err))
        return malformed(err);
    if (count < 2 || values[0].type != RPC_INT)
        return error_set(err, ERROR_DEVICE, 0,
                         "the device's reply is malformed: %d values, no type in front", count);
    struct rpc_value value = values[1];
    int64_t type = values[0].integer;
    if (type == RPC_NDARRAY) {
        if (count != 3 || value.type != RPC_TENSOR || values[2].type != RPC_HANDLE)
            return error_set(err, ERROR_DEVICE, 0,
                             "the device's reply is malformed: an array without its tensor");
        value.type = RPC_NDARRAY;
        if (ret_ndarray)
            *ret_ndarray = values[2].handle;
    } else if ((type == RPC_MODULE || type == RPC_FUNCTION) && value.type == RPC_HANDLE) {
        value.type = (enum rpc_type)type;
    }
    *ret_value = value;
    return true;
}

bool rpc_call(struct rpc_client *client, const char *name, uint64_t function,
              const struct rpc_value *args, int args_count, struct rpc_value *ret_value,
              uint64_t *ret_ndarray, struct error *err)
{
    struct wire_reader reader;
    wire_begin(&client->packet, RPC_CALL_FUNC);
    wire_put_u64(&client->packet, function);
    wire_put_values(&client->packet, args, args_count);
    if (!rpc_exchange(client, RPC_RETURN, &reader, err) ||
        !returned_value(&reader, ret_value, ret_ndarray, err))
        return error_wrap(err, "calling \"%s\"", name);
    return true;
}

bool rpc_call_for(struct rpc_client *client, const char *name, uint64_t function,
                  const struct rpc_value *args, int args_count, enum rpc_type type,
                  struct rpc_value *ret_value, struct error *err)
{
    struct rpc_value value;
    if (!rpc_call(client, name, function, args, args_count, &value, NULL, err))
        return false;
    if (value.type != type)
        return error_set(err, ERROR_DEVICE, 0,
                         "calling \"%s\": the device returned type code %d, expected %d", name,
                         (int)value.type, (int)type);
    *ret_value = value;
    return true;
}

bool rpc_find_in_module(struct rpc_client *client, uint64_t module, const char *name,
                        uint64_t *ret_handle, struct error *err)
{
    struct rpc_value args[] = {
        {.type = RPC_MODULE, .handle = module},
        rpc_string(name),
        rpc_integer(0), /* imported modules are not searched: a microTVM module has none */
    };
    struct rpc_value value;
    if (!rpc_call(client, name, client->module_get_function, args, 3, &value, NULL, err))
        return false;
    if (value.type != RPC_FUNCTION && value.type != RPC_NULL)
        return error_set(err, ERROR_DEVICE, 0,
                         "looking up \"%s\": the device returned type code %d, expected %d", name,
                         (int)value.type, (int)RPC_FUNCTION);
    *ret_handle = value.type == RPC_FUNCTION ? value.handle : 0;
    return true;
}

static bool init_server(struct rpc_client *client, struct error *err)
{
    struct wire_reader reader;
    wire_begin(&client->packet, RPC_INIT_SERVER);
    wire_put_u64(&client->packet, sizeof(PROTOCOL_VERSION) - 1);
    wire_put_bytes(&client->packet, PROTOCOL_VERSION, sizeof(PROTOCOL_VERSION) - 1);
    wire_put_values(&client->packet, NULL, 0);
    return rpc_exchange(client, RPC_RETURN, &reader, err);
}

static bool ask_packet_size(struct rpc_client *client, struct error *err)
{
    static const char NAME[] = "tvm.rpc.server.GetCRTMaxPacketSize";
    uint64_t function;
    struct rpc_value value;
    client->packet_max_bytes = PACKET_DEFAULT_BYTES;
    if (!rpc_find_global(client, NAME, &function, err))
        return false;
    if (function == 0)
        return true;
    if (!rpc_call_for(client, NAME, function, NULL, 0, RPC_INT, &value, err))
        return false;
    if (value.integer <= 0)
        return error_set(err, ERROR_DEVICE, 0, "the device takes packets of %lld bytes only",
                         (long long)value.integer);
    client->packet_max_bytes = (uint64_t)value.integer;
    return true;
}

bool rpc_open(struct link *link, int64_t timeout_ms, struct rpc_client *client, struct error *err)
{
    static const char NAME[] = "tvm.rpc.server.ModuleGetFunction";
    *client = (struct rpc_client){.link = link, .timeout_ms = timeout_ms};
    if (!init_server(client, err) || !ask_packet_size(client, err) ||
        !rpc_find_global(client, NAME, &client->module_get_function, err))
        return error_wrap(err, "greeting the device's RPC server");
    if (client->module_get_function == 0)
        return error_set(err, ERROR_DEVICE, 0, "the device's runtime has no %s", NAME);
    return true;
}

void rpc_close(struct rpc_client *client)
{
    wire_dispose(&client->packet);
}

bool rpc_free(struct rpc_client *client, uint64_t handle, enum rpc_type type, struct error *err)
{
    struct wire_reader reader;
    struct rpc_value args[] = {{.type = RPC_HANDLE, .handle = handle}, rpc_integer(type)};
    wire_begin(&client->packet, RPC_FREE_HANDLE);
    wire_put_values(&client->packet, args, 2);
    if (!rpc_exchange(client, RPC_RETURN, &reader, err))
        return error_wrap(err, "freeing a handle");
    return true;
}
