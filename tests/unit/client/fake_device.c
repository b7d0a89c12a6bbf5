#include "unit/client/fake_device.h"

#include "client/rpc_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Handles of functions and addresses of tensors, as a 32-bit device has them. */
enum { MODULE = 0x8001 };

static const char *const FUNCTIONS[] = {
    "tvm.rpc.server.GetCRTMaxPacketSize",
    "tvm.rpc.server.ModuleGetFunction",
    "runtime.SystemLib",
    "tvm.aot_executor.create",
    "get_num_inputs",
    "get_num_outputs",
    "get_input",
    "get_output",
    "get_input_name",
    "run",
};

enum {
    ADDRESS_X = 0x20001000,
    ADDRESS_Y = 0x20002000,
    ADDRESS_K = 0x20003000,
    ADDRESS_Z = 0x20004000
};

static bool faulty(const struct fake_device *device, enum fake_fault fault)
{
    return device->fault == fault && device->requests > device->after;
}

/* Send a finished packet, or what the fault makes of it. */
static void send_packet(struct fake_device *device, struct wire_writer *packet)
{
    struct error err;
    if (!wire_end(packet, &err))
        abort();
    if (faulty(device, FAKE_WRONG_LENGTH))
        packet->data[0] ^= 1;
    size_t size_bytes = packet->size_bytes;
    if (faulty(device, FAKE_EMPTY_REPLY))
        size_bytes = 0;
    if (faulty(device, FAKE_CUT_VALUE)) {
        size_bytes -= 3;
        packet->data[0] = (uint8_t)(size_bytes - 8);
    }
    if (faulty(device, FAKE_TOO_LARGE)) {
        size_bytes = LINK_MESSAGE_MAX_BYTES;
        packet->data = realloc(packet->data, size_bytes);
        memset(packet->data, 0, size_bytes);
    }
    size_t corrupt = device->corrupt_body_at;
    if (corrupt >= device->bodies_size && corrupt - device->bodies_size < size_bytes)
        packet->data[corrupt - device->bodies_size] ^= (uint8_t)(1U << (corrupt % 8));
    device->bodies_size += size_bytes;
    session_send(&device->session, SESSION_NORMAL, packet->data, size_bytes);
    if (faulty(device, FAKE_BAD_CRC))
        device->to_host[device->to_host_size - 3] ^= 0x10;
    if (faulty(device, FAKE_TWO_REPLIES))
        session_send(&device->session, SESSION_NORMAL, packet->data, size_bytes);
    wire_dispose(packet);
}

static void reply_values(struct fake_device *device, enum rpc_code code,
                         const struct rpc_value *values, int count)
{
    struct wire_writer packet = {.data = NULL};
    wire_begin(&packet, faulty(device, FAKE_WRONG_CODE) ? RPC_COPY_ACK : code);
    wire_put_values(&packet, values, count);
    if (faulty(device, FAKE_TOO_MANY_VALUES))
        memset(packet.data + 12, 0xff, 4);
    if (faulty(device, FAKE_UNKNOWN_TYPE) && count > 0)
        packet.data[16] = 99;
    send_packet(device, &packet);
}

static void reply_exception(struct fake_device *device, const char *text)
{
    struct rpc_value value = rpc_string(text);
    reply_values(device, RPC_EXCEPTION, &value, 1);
}

/* What a call returned: its type in front. */
static void reply_return(struct fake_device *device, struct rpc_value value)
{
    struct rpc_value values[] = {rpc_integer(value.type), value};
    if (value.type == RPC_MODULE || value.type == RPC_FUNCTION)
        values[1].type = RPC_HANDLE;
    reply_values(device, RPC_RETURN, values, 2);
}

static void reply_nothing(struct fake_device *device)
{
    struct rpc_value null = {.type = RPC_NULL};
    reply_values(device, RPC_RETURN, &null, 1);
}

static uint64_t lookup(const struct fake_device *device, const char *name, size_t size_bytes)
{
    for (size_t i = 0; i < sizeof(FUNCTIONS) / sizeof(FUNCTIONS[0]); i++) {
        bool missing = (device->fault == FAKE_NO_EXECUTOR && i == 3) ||
                       (device->fault == FAKE_OLD_RUNTIME && (i == 0 || i == 8));
        if (!missing && strlen(FUNCTIONS[i]) == size_bytes &&
            memcmp(FUNCTIONS[i], name, size_bytes) == 0)
            return 0x1000 + i;
    }
    return 0;
}

static struct rpc_tensor tensor_of(struct fake_device *device, bool input, int64_t index)
{
    struct rpc_tensor floats = {.data = input ? ADDRESS_X : ADDRESS_Y,
                                .device_type = 1,
                                .code = TENSOR_FLOAT,
                                .bits = 32,
                                .lanes = 1,
                                .ndim = 2,
                                .shape = {1, FAKE_FLOATS}};
    struct rpc_tensor bytes = {.data = input ? ADDRESS_K : ADDRESS_Z,
                               .device_type = 1,
                               .code = TENSOR_INT,
                               .bits = 8,
                               .lanes = 1,
                               .ndim = 1,
                               .shape = {FAKE_BYTES}};
    if (device->fault == FAKE_NEGATIVE_DIM)
        floats.shape[1] = -1;
    if (device->fault == FAKE_HUGE_TENSOR)
        floats.shape[0] = INT64_MAX;
    if (device->fault == FAKE_ODD_TYPE)
        floats.lanes = 4;
    return index == 0 ? floats : bytes;
}

static void reply_array(struct fake_device *device, bool input, int64_t index)
{
    struct rpc_value values[] = {
        rpc_integer(RPC_NDARRAY),
        {.type = RPC_TENSOR, .tensor = tensor_of(device, input, index)},
        {.type = RPC_HANDLE, .handle = 0x5000},
    };
    struct wire_writer packet = {.data = NULL};
    device->references++;
    wire_begin(&packet, RPC_RETURN);
    wire_put_values(&packet, values, 3);
    if (device->fault ==
        FAKE_MANY_DIMS) /* ndim follows code, count, 3 types, 1 int, data, device */
        memset(packet.data + 8 + 4 + 4 + 12 + 8 + 8 + 8, 0x7f, 4);
    send_packet(device, &packet);
}

static void call(struct fake_device *device, uint64_t function, const struct rpc_value *args)
{
    switch (function - 0x1000) {
    case 0:
        reply_return(device,
                     rpc_integer(device->fault == FAKE_TINY_PACKETS ? 20 : FAKE_PACKET_BYTES));
        return;
    case 1: {
        uint64_t handle = lookup(device, args[1].text.data, args[1].text.size_bytes);
        reply_return(device, handle ? (struct rpc_value){.type = RPC_FUNCTION, .handle = handle}
                                    : (struct rpc_value){.type = RPC_NULL});
        return;
    }
    case 2:
    case 3:
        reply_return(device, (struct rpc_value){.type = RPC_MODULE, .handle = MODULE});
        return;
    case 4:
        reply_return(device, rpc_integer(device->fault == FAKE_MANY_INPUTS ? 1000000 : 2));
        return;
    case 5:
        reply_return(device, rpc_integer(2));
        return;
    case 6:
    case 7:
        reply_array(device, function == 0x1006, args[0].integer);
        return;
    case 8:
        reply_return(device, rpc_string(args[0].integer == 0 ? "x" : "k"));
        return;
    default:
        for (int i = 0; i < FAKE_FLOATS; i++)
            device->y[i] = 2 * device->x[i];
        for (int i = 0; i < FAKE_BYTES; i++)
            device->z[i] = (int8_t)-device->k[i];
        session_send(&device->session, SESSION_LOG, "ran", 3);
        reply_return(device, (struct rpc_value){.type = RPC_NULL});
    }
}

/* NULL: no such memory. */
static uint8_t *memory_at(struct fake_device *device, uint64_t address, uint64_t size_bytes)
{
    const struct {
        uint64_t address;
        uint8_t *data;
        size_t size_bytes;
    } memories[] = {
        {ADDRESS_X, (uint8_t *)device->x, sizeof(device->x)},
        {ADDRESS_Y, (uint8_t *)device->y, sizeof(device->y)},
        {ADDRESS_K, (uint8_t *)device->k, sizeof(device->k)},
        {ADDRESS_Z, (uint8_t *)device->z, sizeof(device->z)},
    };
    for (size_t i = 0; i < sizeof(memories) / sizeof(memories[0]); i++) {
        uint64_t offset = address - memories[i].address;
        if (offset <= memories[i].size_bytes && size_bytes <= memories[i].size_bytes - offset)
            return memories[i].data + offset;
    }
    return NULL;
}

static void copy(struct fake_device *device, uint32_t code, struct wire_reader *reader)
{
    uint64_t address = wire_get_u64(reader);
    wire_get_u64(reader);
    uint32_t ndim = wire_get_u32(reader);
    reader->at += 4 + 8 * (size_t)ndim;
    address += wire_get_u64(reader);
    uint64_t size_bytes = wire_get_u64(reader);
    uint8_t *memory = memory_at(device, address, size_bytes);
    if (!memory) {
        reply_exception(device, "no such memory");
        return;
    }
    if (code == RPC_COPY_TO_REMOTE) {
        memcpy(memory, reader->data + reader->at, size_bytes);
        reply_nothing(device);
        return;
    }
    struct wire_writer packet = {.data = NULL};
    wire_begin(&packet, RPC_COPY_ACK);
    wire_put_bytes(&packet, memory, size_bytes - (device->fault == FAKE_SHORT_COPY ? 1 : 0));
    send_packet(device, &packet);
}

/* Replies that are the fault itself; false: go on. */
static bool answered_by_fault(struct fake_device *device)
{
    struct rpc_value text = {.type = RPC_STRING, .text = {"x", 1}};
    struct wire_writer packet = {.data = NULL};
    if (faulty(device, FAKE_SILENT_TO_CALLS) || faulty(device, FAKE_LOGS_FOR_EVER))
        return true;
    if (faulty(device, FAKE_RESTARTS))
        return session_terminate(&device->session);
    if (faulty(device, FAKE_EXCEPTION))
        reply_exception(device, "no \x01 such thing");
    else if (faulty(device, FAKE_EXCEPTION_NO_TEXT))
        reply_exception(device, "");
    else if (faulty(device, FAKE_LONG_STRING)) {
        wire_begin(&packet, RPC_RETURN);
        wire_put_values(&packet, &text, 1);
        memset(packet.data + 20, 0xee, 8); /* behind length, code, count and type */
        send_packet(device, &packet);
    } else
        return false;
    return true;
}

void fake_device_serve(struct fake_device *device, const uint8_t *body, size_t size_bytes)
{
    struct wire_reader reader = {.data = body, .size_bytes = size_bytes};
    struct rpc_value values[RPC_MAX_VALUES];
    struct error err;
    int count;
    device->requests++;
    if (size_bytes - 8 > device->largest_packet)
        device->largest_packet = size_bytes - 8;
    if (answered_by_fault(device))
        return;
    wire_get_u64(&reader);
    uint32_t code = wire_get_u32(&reader);
    if (code == RPC_INIT_SERVER) {
        reply_nothing(device);
        return;
    }
    if (code == RPC_COPY_TO_REMOTE || code == RPC_COPY_FROM_REMOTE) {
        copy(device, code, &reader);
        return;
    }
    uint64_t function = code == RPC_CALL_FUNC ? wire_get_u64(&reader) : 0;
    if (!wire_get_values(&reader, values, &count, &err))
        abort();
    if (code == RPC_CALL_FUNC) {
        call(device, function, values);
    } else if (code == RPC_FREE_HANDLE) {
        device->references--;
        reply_nothing(device);
    } else {
        uint64_t handle = lookup(device, values[0].text.data, values[0].text.size_bytes);
        struct rpc_value value = {.type = RPC_HANDLE, .handle = handle};
        if (handle == 0 && device->fault == FAKE_OLD_RUNTIME)
            reply_exception(device, "fail to get global");
        else
            reply_values(device, RPC_RETURN, &value, 1);
    }
}
