/* Tensors over RPC, cut into packets that the device can take; and memory for them. */
#include "client/rpc_client.h"

#include <string.h>

/* A device's runtime, also TVM's own, holds a packet that it takes in whole, but sends a tensor
 * from where that lies: so many bytes may be asked for at once. A request is bytes on the line's
 * slow way, and a wait for its answer. */
enum { ALIGNMENT_BYTES = 8, ASKED_BYTES = 16 * 1024 };

/* How many data bytes go into one packet, as TVM's own client reckons: the length field counted
 * neither here nor in packet_max_bytes. */
static bool chunk_size(const struct rpc_client *client, const struct rpc_tensor *tensor,
                       size_t *ret_size_bytes, struct error *err)
{
    size_t overhead = 4 + 8 + 8 + 4 + 4 + (size_t)tensor->ndim * 8 + 8 + 8;
    if (client->packet_max_bytes <= overhead)
        return error_set(err, ERROR_DEVICE, 0,
                         "the device takes packets of %llu bytes, too small for a tensor's %zu "
                         "bytes of header: raise the option rpc_packet_size_bytes",
                         (unsigned long long)client->packet_max_bytes, overhead);
    size_t size_bytes = client->packet_max_bytes - overhead;
    /* Its reply must fit into what the link takes in. */
    size_t limit = LINK_MESSAGE_MAX_BYTES / 2;
    size_bytes = size_bytes < limit ? size_bytes : limit;
    /* Each part is aligned there as the first one, for the sake of its copy. */
    *ret_size_bytes =
        size_bytes > ALIGNMENT_BYTES ? size_bytes - size_bytes % ALIGNMENT_BYTES : size_bytes;
    return true;
}

static void begin_copy(struct rpc_client *client, enum rpc_code code,
                       const struct rpc_tensor *tensor, size_t offset_bytes, size_t size_bytes)
{
    struct rpc_tensor part = *tensor;
    part.byte_offset += offset_bytes;
    wire_begin(&client->packet, code);
    wire_put_tensor(&client->packet, &part);
    wire_put_u64(&client->packet, size_bytes);
}

static void tell(const struct rpc_client *client, size_t size_bytes)
{
    if (client->on_copied)
        client->on_copied(client->context, size_bytes);
}

bool rpc_copy_to(struct rpc_client *client, const struct rpc_tensor *tensor, const void *data,
                 size_t size_bytes, struct error *err)
{
    size_t chunk;
    if (!chunk_size(client, tensor, &chunk, err))
        return false;
    for (size_t at = 0; at < size_bytes; at += chunk) {
        size_t part = size_bytes - at < chunk ? size_bytes - at : chunk;
        begin_copy(client, RPC_COPY_TO_REMOTE, tensor, at, part);
        wire_put_bytes(&client->packet, (const uint8_t *)data + at, part);
        struct wire_reader reader;
        if (!rpc_exchange(client, RPC_RETURN, &reader, err))
            return error_wrap(err, "sending byte %zu of a tensor of %zu", at, size_bytes);
        tell(client, part);
    }
    return true;
}

bool rpc_copy_from(struct rpc_client *client, const struct rpc_tensor *tensor, void *data,
                   size_t size_bytes, struct error *err)
{
    size_t chunk;
    if (!chunk_size(client, tensor, &chunk, err))
        return false;
    if (chunk < ASKED_BYTES)
        chunk = ASKED_BYTES;
    for (size_t at = 0; at < size_bytes; at += chunk) {
        size_t part = size_bytes - at < chunk ? size_bytes - at : chunk;
        struct wire_reader reader;
        begin_copy(client, RPC_COPY_FROM_REMOTE, tensor, at, part);
        if (!rpc_exchange(client, RPC_COPY_ACK, &reader, err))
            return error_wrap(err, "fetching byte %zu of a tensor of %zu", at, size_bytes);
        if (reader.size_bytes - reader.at != part)
            return error_set(err, ERROR_DEVICE, 0,
                             "fetching byte %zu of a tensor of %zu: the device sent %zu bytes "
                             "instead of %zu",
                             at, size_bytes, reader.size_bytes - reader.at, part);
        memcpy((uint8_t *)data + at, reader.data + reader.at, part);
        tell(client, part);
    }
    return true;
}

bool rpc_allocate(struct rpc_client *client, size_t size_bytes, struct rpc_tensor *ret_tensor,
                  struct error *err)
{
    enum { BYTE = TENSOR_UINT | 8 << 8 | 1 << 16 };
    const struct rpc_value args[] = {
        {.type = RPC_DEVICE, .device = {RPC_DEVICE_CPU, 0}},
        rpc_integer((int64_t)size_bytes),
        rpc_integer(ALIGNMENT_BYTES),
        {.type = RPC_DTYPE, .handle = BYTE},
    };
    struct rpc_value values[RPC_MAX_VALUES];
    struct wire_reader reader;
    int count = 0;
    wire_begin(&client->packet, RPC_ALLOCATE);
    wire_put_values(&client->packet, args, 4);
    if (!rpc_exchange(client, RPC_RETURN, &reader, err) ||
        !wire_get_values(&reader, values, &count, err))
        return error_wrap(err, "asking for %zu bytes of memory", size_bytes);
    if (count != 1 || values[0].type != RPC_HANDLE)
        return error_set(err, ERROR_DEVICE, 0,
                         "asking for %zu bytes of memory: the device's reply is malformed: it is "
                         "no address",
                         size_bytes);
    *ret_tensor = (struct rpc_tensor){
        .data = values[0].handle,
        .device_type = RPC_DEVICE_CPU,
        .code = TENSOR_UINT,
        .bits = 8,
        .lanes = 1,
        .ndim = 1,
        .shape = {(int64_t)size_bytes},
    };
    return true;
}

bool rpc_release(struct rpc_client *client, const struct rpc_tensor *tensor, struct error *err)
{
    const struct rpc_value args[] = {
        {.type = RPC_DEVICE, .device = {RPC_DEVICE_CPU, 0}},
        {.type = RPC_HANDLE, .handle = tensor->data},
    };
    struct wire_reader reader;
    wire_begin(&client->packet, RPC_RELEASE);
    wire_put_values(&client->packet, args, 2);
    if (!rpc_exchange(client, RPC_RETURN, &reader, err))
        return error_wrap(err, "giving memory back");
    return true;
}
