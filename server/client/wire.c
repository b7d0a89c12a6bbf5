#include "client/wire.h"

#include <stdlib.h>
#include <string.h>

void wire_dispose(struct wire_writer *writer)
{
    free(writer->data);
    *writer = (struct wire_writer){.data = NULL};
}

void wire_put_bytes(struct wire_writer *writer, const void *data, size_t size_bytes)
{
    if (writer->failed || size_bytes == 0)
        return;
    if (writer->capacity_bytes - writer->size_bytes < size_bytes) {
        size_t capacity = (writer->size_bytes + size_bytes) * 2;
        uint8_t *grown = realloc(writer->data, capacity);
        if (!grown) {
            writer->failed = true;
            return;
        }
        writer->data = grown;
        writer->capacity_bytes = capacity;
    }
    memcpy(writer->data + writer->size_bytes, data, size_bytes);
    writer->size_bytes += size_bytes;
}

static void put_little(struct wire_writer *writer, uint64_t value, size_t size_bytes)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < size_bytes; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    wire_put_bytes(writer, bytes, size_bytes);
}

void wire_put_u64(struct wire_writer *writer, uint64_t value)
{
    put_little(writer, value, 8);
}

static void put_u32(struct wire_writer *writer, uint32_t value)
{
    put_little(writer, value, 4);
}

void wire_begin(struct wire_writer *writer, enum rpc_code code)
{
    writer->size_bytes = 0;
    wire_put_u64(writer, 0);
    put_u32(writer, (uint32_t)code);
}

bool wire_end(struct wire_writer *writer, struct error *err)
{
    if (writer->failed)
        return error_no_memory(err, "a message", writer->size_bytes);
    uint64_t length = writer->size_bytes - 8;
    for (size_t i = 0; i < 8; i++)
        writer->data[i] = (uint8_t)(length >> (8 * i));
    return true;
}

void wire_put_tensor(struct wire_writer *writer, const struct rpc_tensor *tensor)
{
    wire_put_u64(writer, tensor->data);
    put_u32(writer, (uint32_t)tensor->device_type);
    put_u32(writer, (uint32_t)tensor->device_id);
    put_u32(writer, (uint32_t)tensor->ndim);
    put_little(writer, tensor->code, 1);
    put_little(writer, tensor->bits, 1);
    put_little(writer, tensor->lanes, 2);
    for (int i = 0; i < tensor->ndim; i++)
        wire_put_u64(writer, (uint64_t)tensor->shape[i]);
    wire_put_u64(writer, tensor->byte_offset);
}

static void put_value(struct wire_writer *writer, const struct rpc_value *value)
{
    uint64_t bits;
    switch (value->type) {
    case RPC_NULL:
        return;
    case RPC_FLOAT:
        memcpy(&bits, &value->real, sizeof(bits));
        wire_put_u64(writer, bits);
        return;
    case RPC_DEVICE:
        put_u32(writer, (uint32_t)value->device.type);
        put_u32(writer, (uint32_t)value->device.id);
        return;
    case RPC_TENSOR:
        wire_put_tensor(writer, &value->tensor);
        return;
    case RPC_STRING:
    case RPC_BYTES:
        wire_put_u64(writer, value->text.size_bytes);
        wire_put_bytes(writer, value->text.data, value->text.size_bytes);
        return;
    default: /* integers and handles: 64 bits each */
        wire_put_u64(writer, value->handle);
        return;
    }
}

void wire_put_values(struct wire_writer *writer, const struct rpc_value *values, int count)
{
    put_u32(writer, (uint32_t)count);
    for (int i = 0; i < count; i++)
        put_u32(writer, (uint32_t)values[i].type);
    for (int i = 0; i < count; i++)
        put_value(writer, &values[i]);
}

/* ---- receiving ---- */

static uint64_t get_little(struct wire_reader *reader, size_t size_bytes)
{
    uint64_t value = 0;
    if (reader->failed || reader->size_bytes - reader->at < size_bytes) {
        reader->failed = true;
        return 0;
    }
    for (size_t i = 0; i < size_bytes; i++)
        value |= (uint64_t)reader->data[reader->at++] << (8 * i);
    return value;
}

uint32_t wire_get_u32(struct wire_reader *reader)
{
    return (uint32_t)get_little(reader, 4);
}

uint64_t wire_get_u64(struct wire_reader *reader)
{
    return get_little(reader, 8);
}

static bool get_tensor(struct wire_reader *reader, struct rpc_tensor *tensor, struct error *err)
{
    tensor->data = wire_get_u64(reader);
    tensor->device_type = (int32_t)wire_get_u32(reader);
    tensor->device_id = (int32_t)wire_get_u32(reader);
    uint32_t ndim = wire_get_u32(reader);
    tensor->code = (uint8_t)get_little(reader, 1);
    tensor->bits = (uint8_t)get_little(reader, 1);
    tensor->lanes = (uint16_t)get_little(reader, 2);
    if (ndim > TENSOR_MAX_NDIM)
        return error_set(err, ERROR_DEVICE, 0, "a tensor of %u dimensions (at most %d)", ndim,
                         TENSOR_MAX_NDIM);
    tensor->ndim = (int)ndim;
    for (uint32_t i = 0; i < ndim; i++)
        tensor->shape[i] = (int64_t)wire_get_u64(reader);
    tensor->byte_offset = wire_get_u64(reader);
    return true;
}

static void get_text(struct wire_reader *reader, struct rpc_value *value)
{
    uint64_t size_bytes = wire_get_u64(reader);
    if (reader->failed || size_bytes > reader->size_bytes - reader->at) {
        reader->failed = true;
        return;
    }
    value->text.data = (const char *)reader->data + reader->at;
    value->text.size_bytes = size_bytes;
    reader->at += size_bytes;
}

static bool get_value(struct wire_reader *reader, struct rpc_value *value, struct error *err)
{
    uint64_t bits;
    switch (value->type) {
    case RPC_NULL:
        return true;
    case RPC_INT:
    case RPC_UINT:
    case RPC_BOOL:
    case RPC_HANDLE:
    case RPC_MODULE:
    case RPC_FUNCTION:
    case RPC_DTYPE: /* 4 bytes and as many of padding */
        value->handle = wire_get_u64(reader);
        return true;
    case RPC_FLOAT:
        bits = wire_get_u64(reader);
        memcpy(&value->real, &bits, sizeof(bits));
        return true;
    case RPC_DEVICE:
        value->device.type = (int32_t)wire_get_u32(reader);
        value->device.id = (int32_t)wire_get_u32(reader);
        return true;
    case RPC_TENSOR:
        return get_tensor(reader, &value->tensor, err);
    case RPC_STRING:
    case RPC_BYTES:
        get_text(reader, value);
        return true;
    default:
        return error_set(err, ERROR_DEVICE, 0, "a value of type code %d, which has no encoding",
                         (int)value->type);
    }
}

bool wire_get_values(struct wire_reader *reader, struct rpc_value *ret_values, int *ret_count,
                     struct error *err)
{
    struct rpc_value values[RPC_MAX_VALUES] = {{.type = RPC_NULL}};
    uint32_t count = wire_get_u32(reader);
    if (count > RPC_MAX_VALUES)
        return error_set(err, ERROR_DEVICE, 0, "%u values (at most %d)", count, RPC_MAX_VALUES);
    for (uint32_t i = 0; i < count; i++)
        values[i].type = (enum rpc_type)wire_get_u32(reader);
    for (uint32_t i = 0; i < count && !reader->failed; i++)
        if (!get_value(reader, &values[i], err))
            return false;
    if (reader->failed)
        return error_set(err, ERROR_DEVICE, 0, "it ends after %zu bytes, in the middle of a value",
                         reader->size_bytes);
    memcpy(ret_values, values, count * sizeof(values[0]));
    *ret_count = (int)count;
    return true;
}
