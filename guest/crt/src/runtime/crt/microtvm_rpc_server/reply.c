#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/rpc_server/reply.h>

#include "crt_config.h"

/* Encodes into a session message; with no session it only counts the bytes. */
struct writer {
    struct session *session;
    uint64_t size_bytes;
    bool ok;
};

static void put(struct writer *writer, const void *data, size_t size_bytes)
{
    if (!writer->session)
        writer->size_bytes += size_bytes;
    else if (writer->ok)
        writer->ok = session_send_chunk(writer->session, data, size_bytes);
}

/* Not inlined, nor is the next: there are many calls. */
static __attribute__((noinline)) void put_i32(struct writer *writer, int32_t value)
{
    put(writer, &value, sizeof(value));
}

static __attribute__((noinline)) void put_u64(struct writer *writer, uint64_t value)
{
    put(writer, &value, sizeof(value));
}

static void put_handle(struct writer *writer, const void *handle)
{
    put_u64(writer, (uintptr_t)handle);
}

static void put_device(struct writer *writer, DLDevice device)
{
    put_i32(writer, (int32_t)device.device_type);
    put_i32(writer, device.device_id);
}

static void put_bytes(struct writer *writer, const void *data, size_t size_bytes)
{
    put_u64(writer, size_bytes);
    put(writer, data, size_bytes);
}

static void put_tensor(struct writer *writer, const DLTensor *tensor)
{
    put_handle(writer, tensor->data);
    put_device(writer, tensor->device);
    put_i32(writer, tensor->ndim);
    put(writer, &tensor->dtype, sizeof(tensor->dtype));
    put(writer, tensor->shape, (size_t)tensor->ndim * sizeof(int64_t));
    put_u64(writer, tensor->byte_offset);
}

static void put_value(struct writer *writer, int type_code, TVMValue value)
{
    const TVMByteArray *bytes = value.v_handle;
    switch (type_code) {
    case kTVMNullptr:
        break;
    case kDLDevice:
        put_device(writer, value.v_device);
        break;
    case kTVMOpaqueHandle:
        put_handle(writer, value.v_handle);
        break;
    case kTVMDLTensorHandle:
        put_tensor(writer, value.v_handle);
        break;
    case kTVMStr:
        put_bytes(writer, value.v_str, strlen(value.v_str));
        break;
    case kTVMBytes:
        put_bytes(writer, bytes->data, bytes->size);
        break;
    default: /* of a data type, too: TVMFuncCall has cleared what is behind it */
        put(writer, &value.v_int64, sizeof(value.v_int64));
        break;
    }
}

/* Encodes a reply: called twice, to count and to send. */
typedef void (*encode_fn)(struct writer *writer, const void *what);

/* The host was told that messages are no larger: TVM's, with a buffer of that size, would wait for
 * ever. Exceptions, the texts of which are short, always fit; how much of a tensor is sent is up to
 * who asks for it. */
static bool refuse_large(struct session *session, size_t size_bytes)
{
    (void)crt_error(kTvmErrorBufferTooSmall,
                    "reply of %lu bytes: a message holds %lu (TVM_CRT_MAX_PACKET_SIZE_BYTES); ask "
                    "for less at a time",
                    (unsigned long)size_bytes, (unsigned long)TVM_CRT_MAX_PACKET_SIZE_BYTES);
    return rpc_reply_last_error(session);
}

static bool send_reply(struct session *session, enum rpc_code code, encode_fn encode,
                       const void *what)
{
    struct writer counter = {.size_bytes = sizeof(int32_t)};
    if (encode)
        encode(&counter, what);
    size_t body_size_bytes = (size_t)(sizeof(uint64_t) + counter.size_bytes);
    if (code != RPC_EXCEPTION && code != RPC_COPY_ACK &&
        body_size_bytes > TVM_CRT_MAX_PACKET_SIZE_BYTES - SESSION_HEADER_SIZE)
        return refuse_large(session, SESSION_HEADER_SIZE + body_size_bytes);
    if (!session_send_begin(session, SESSION_NORMAL, body_size_bytes))
        return false;
    struct writer writer = {.session = session, .ok = true};
    put_u64(&writer, counter.size_bytes);
    put_i32(&writer, (int32_t)code);
    if (encode)
        encode(&writer, what);
    return writer.ok && session_send_end(session);
}

struct copied {
    const void *data;
    size_t size_bytes;
};

static void encode_copy(struct writer *writer, const void *what)
{
    const struct copied *copied = what;
    put(writer, copied->data, copied->size_bytes);
}

bool rpc_reply_copy(struct session *session, const void *data, size_t size_bytes)
{
    const struct copied copied = {data, size_bytes};
    return send_reply(session, RPC_COPY_ACK, encode_copy, &copied);
}

/* ---- values ---- */

enum { VALUES_MAX = 3 };

struct values {
    int32_t count;
    int32_t type_codes[VALUES_MAX];
    TVMValue values[VALUES_MAX];
};

static void encode_values(struct writer *writer, const void *what)
{
    const struct values *values = what;
    put(writer, &values->count, sizeof(values->count) * (1 + (size_t)values->count));
    for (int32_t i = 0; i < values->count; i++)
        put_value(writer, values->type_codes[i], values->values[i]);
}

static bool reply_value(struct session *session, enum rpc_code code, int type_code, TVMValue value)
{
    const struct values values = {1, {type_code}, {value}};
    return send_reply(session, code, encode_values, &values);
}

bool rpc_reply_void(struct session *session)
{
    return reply_value(session, RPC_RETURN, kTVMNullptr, (TVMValue){.v_handle = NULL});
}

bool rpc_reply_handle(struct session *session, const void *handle)
{
    return reply_value(session, RPC_RETURN, kTVMOpaqueHandle,
                       (TVMValue){.v_handle = (void *)handle});
}

bool rpc_reply_exception(struct session *session, const char *text)
{
    return reply_value(session, RPC_EXCEPTION, kTVMStr, (TVMValue){.v_str = text});
}

bool rpc_reply_last_error(struct session *session)
{
    return rpc_reply_exception(session, TVMGetLastError());
}

/* ---- what a function returned ---- */

/* -1: this type cannot be sent. */
static int sent_type_code(int type_code)
{
    switch (type_code) {
    case kTVMNDArrayHandle:
        return kTVMDLTensorHandle;
    case kTVMPackedFuncHandle:
    case kTVMModuleHandle:
    case kTVMObjectHandle:
        return kTVMOpaqueHandle;
    case kDLInt:
    case kDLUInt:
    case kDLFloat:
    case kTVMArgBool:
    case kTVMDataType:
    case kDLDevice:
    case kTVMOpaqueHandle:
    case kTVMDLTensorHandle:
    case kTVMNullptr:
    case kTVMStr:
    case kTVMBytes:
        return type_code;
    default:
        return -1;
    }
}

bool rpc_reply_call(struct session *session, TVMValue value, int type_code)
{
    struct values values = {2,
                            {kDLInt, sent_type_code(type_code), kTVMOpaqueHandle},
                            {{.v_int64 = type_code}, value, value}};
    if (values.type_codes[1] < 0)
        return rpc_reply_exception(session,
                                   "the function returned a value of a type that cannot be sent");
    if (type_code == kTVMNDArrayHandle)
        values.count = VALUES_MAX;
    return send_reply(session, RPC_RETURN, encode_values, &values);
}
