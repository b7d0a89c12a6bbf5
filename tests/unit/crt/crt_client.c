#include "unit/crt/crt_client.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/microtvm_rpc_server.h>

struct client client;

/* ---- the line ---- */

static void loop(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1); /* reading past it would be seen */
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, data, size);
    uint8_t *next = copy;
    size_t left = size;
    client.status = MicroTVMRpcServerLoop(client.server, &next, &left);
    ck_assert(left == 0 || client.status == kTvmErrorPlatformShutdown);
    ck_assert_ptr_eq(next, copy + size - left);
    free(copy);
}

static bool to_server(void *context, const uint8_t *data, size_t size_bytes)
{
    (void)context;
    loop(data, size_bytes);
    return true;
}

static ssize_t from_server(void *context, const uint8_t *data, size_t num_bytes)
{
    (void)context;
    /* Short writes, as a UART makes them. */
    size_t part = num_bytes > 7 ? num_bytes - 3 : num_bytes;
    if (client.write_limit >= 0) {
        if ((size_t)client.write_limit < part)
            return 0;
        client.write_limit -= (long)part;
    }
    session_receive(&client.session, data, part);
    return (ssize_t)part;
}

static void hear(void *context, enum session_message type, uint8_t *body, size_t size)
{
    (void)context;
    if (type == SESSION_TERMINATE)
        client.terminations++;
    if (type == SESSION_LOG) {
        client.logs++;
        size_t length = size < sizeof(client.log) - 1 ? size : sizeof(client.log) - 1;
        memcpy(client.log, body, length);
        client.log[length] = '\0';
    }
    if (type != SESSION_NORMAL)
        return;
    ck_assert_uint_le(size, sizeof(client.reply));
    memcpy(client.reply, body, size);
    client.reply_size = size;
    client.replies++;
}

void client_open(void)
{
    const struct session_handler handler = {.message = hear};
    memset(&client, 0, sizeof(client));
    client.write_limit = -1;
    session_init(&client.session, &handler, to_server, NULL, client.buffer, sizeof(client.buffer),
                 99);
    client.server = MicroTVMRpcServerInit(from_server, NULL);
    ck_assert_ptr_nonnull(client.server);
    ck_assert(session_start(&client.session));
    ck_assert_int_eq(client.session.state, SESSION_ESTABLISHED);
}

/* ---- messages ---- */

void put(struct message *message, const void *data, size_t size)
{
    ck_assert_uint_le(size, sizeof(message->bytes) - message->size);
    if (size > 0)
        memcpy(message->bytes + message->size, data, size);
    message->size += size;
}

void put_i32(struct message *message, int32_t value)
{
    put(message, &value, sizeof(value));
}

void put_u64(struct message *message, uint64_t value)
{
    put(message, &value, sizeof(value));
}

void put_string(struct message *message, const char *string)
{
    put_u64(message, strlen(string));
    put(message, string, strlen(string));
}

void put_device(struct message *message)
{
    put_i32(message, kDLCPU);
    put_i32(message, 0);
}

void put_tensor(struct message *message, uint64_t data, DLDataType dtype, const int64_t *shape,
                int ndim, uint64_t byte_offset)
{
    put_u64(message, data);
    put_device(message);
    put_i32(message, ndim);
    put(message, &dtype, sizeof(dtype));
    put(message, shape, (size_t)ndim * sizeof(*shape));
    put_u64(message, byte_offset);
}

void begin(struct message *message, enum code code)
{
    message->size = 0;
    put_i32(message, (int32_t)code);
}

void begin_call(struct message *message, uint64_t func)
{
    begin(message, CODE_CALL);
    put_u64(message, func);
}

void put_types(struct message *message, const int *types, int count)
{
    put_i32(message, count);
    for (int i = 0; i < count; i++)
        put_i32(message, types[i]);
}

void client_send_raw(const uint8_t *bytes, size_t size)
{
    client.replies = 0;
    client.reply_size = 0;
    client.at = 0;
    ck_assert(session_send(&client.session, SESSION_NORMAL, bytes, size));
    ck_assert_int_le(client.replies, 1);
}

void client_send(const struct message *message)
{
    struct message whole = {.size = 0};
    put_u64(&whole, message->size);
    put(&whole, message->bytes, message->size);
    client_send_raw(whole.bytes, whole.size);
}

/* ---- replies ---- */

static void get(void *data, size_t size)
{
    ck_assert_int_eq(client.replies, 1);
    ck_assert_uint_le(size, client.reply_size - client.at);
    memcpy(data, client.reply + client.at, size);
    client.at += size;
}

int32_t get_i32(void)
{
    int32_t value;
    get(&value, sizeof(value));
    return value;
}

uint64_t get_u64(void)
{
    uint64_t value;
    get(&value, sizeof(value));
    return value;
}

void expect_code(enum code code)
{
    client.at = 0;
    ck_assert_uint_eq(get_u64(), client.reply_size - sizeof(uint64_t));
    int32_t got = get_i32();
    if (got == CODE_EXCEPTION && code != CODE_EXCEPTION)
        ck_abort_msg("exception: %.*s", (int)(client.reply_size - client.at - 16),
                     (const char *)client.reply + client.at + 16);
    ck_assert_int_eq(got, code);
}

void expect_end(void)
{
    ck_assert_uint_eq(client.at, client.reply_size);
}

void expect_void(void)
{
    expect_code(CODE_RETURN);
    ck_assert_int_eq(get_i32(), 1);
    ck_assert_int_eq(get_i32(), kTVMNullptr);
    expect_end();
}

uint64_t expect_handle(void)
{
    expect_code(CODE_RETURN);
    ck_assert_int_eq(get_i32(), 1);
    ck_assert_int_eq(get_i32(), kTVMOpaqueHandle);
    uint64_t handle = get_u64();
    expect_end();
    return handle;
}

void expect_returned(int type_code, const int *types, int count)
{
    expect_code(CODE_RETURN);
    ck_assert_int_eq(get_i32(), 1 + count);
    ck_assert_int_eq(get_i32(), kTVMArgInt);
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(get_i32(), types[i]);
    ck_assert_uint_eq(get_u64(), (uint64_t)type_code);
}

int64_t expect_int(void)
{
    const int types[] = {kTVMArgInt};
    expect_returned(kTVMArgInt, types, 1);
    int64_t value = (int64_t)get_u64();
    expect_end();
    return value;
}

void expect_exception(const char *part)
{
    char text[1024];
    expect_code(CODE_EXCEPTION);
    ck_assert_int_eq(get_i32(), 1);
    ck_assert_int_eq(get_i32(), kTVMStr);
    uint64_t length = get_u64();
    ck_assert_uint_lt(length, sizeof(text));
    ck_assert_uint_gt(length, 0);
    get(text, length);
    text[length] = '\0';
    expect_end();
    if (!strstr(text, part))
        ck_abort_msg("exception \"%s\", wanted \"%s\" in it", text, part);
}

void *memory_at(uint64_t data)
{
    return (void *)(uintptr_t)data; /* NOLINT(performance-no-int-to-ptr) */
}

/* ---- whole calls ---- */

uint64_t global_func(const char *name)
{
    const int types[] = {kTVMStr};
    struct message message;
    begin(&message, CODE_GET_GLOBAL);
    put_types(&message, types, 1);
    put_string(&message, name);
    client_send(&message);
    return expect_handle();
}

static uint64_t expect_returned_handle(int type_code)
{
    const int types[] = {kTVMOpaqueHandle};
    expect_returned(type_code, types, 1);
    uint64_t handle = get_u64();
    expect_end();
    return handle;
}

uint64_t system_library(void)
{
    struct message message;
    begin_call(&message, global_func("runtime.SystemLib"));
    put_types(&message, NULL, 0);
    client_send(&message);
    return expect_returned_handle(kTVMModuleHandle);
}

uint64_t module_func(uint64_t module, const char *name)
{
    const int types[] = {kTVMModuleHandle, kTVMStr, kTVMArgInt};
    struct message message;
    begin_call(&message, global_func("tvm.rpc.server.ModuleGetFunction"));
    put_types(&message, types, 3);
    put_u64(&message, module);
    put_string(&message, name);
    put_u64(&message, 0);
    client_send(&message);
    return expect_returned_handle(kTVMPackedFuncHandle);
}

uint64_t alloc(int64_t size_bytes)
{
    const int types[] = {kDLDevice, kTVMArgInt, kTVMArgInt, kTVMDataType};
    const DLDataType dtype = {kDLInt, 32, 1};
    struct message message;
    begin(&message, CODE_ALLOC);
    put_types(&message, types, 4);
    put_device(&message);
    put_u64(&message, (uint64_t)size_bytes);
    put_u64(&message, 64);
    put(&message, &dtype, sizeof(dtype));
    put_i32(&message, 0);
    client_send(&message);
    return expect_handle();
}

uint64_t create_executor(void)
{
    const int types[] = {kTVMModuleHandle, kDLDevice, kTVMStr};
    struct message message;
    uint64_t library = system_library();
    begin_call(&message, global_func("tvm.aot_executor.create"));
    put_types(&message, types, 3);
    put_u64(&message, library);
    put_device(&message);
    put_string(&message, "default");
    client_send(&message);
    return expect_returned_handle(kTVMModuleHandle);
}
