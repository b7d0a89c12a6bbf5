#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/memory/memory_map.h>
#include <tvm/runtime/crt/internal/rpc_server/client_memory.h>
#include <tvm/runtime/crt/internal/rpc_server/request.h>
#include <tvm/runtime/crt/internal/rpc_server/system_call.h>

/* ---- calls and copies ---- */

static int check_tensors(const struct rpc_arguments *arguments)
{
    for (int i = 0; i < arguments->num_args; i++) {
        if (arguments->type_codes[i] != kTVMDLTensorHandle)
            continue;
        int status = rpc_check_tensor(arguments->values[i].v_handle);
        if (status != 0)
            return status;
    }
    return 0;
}

/* Generated code hands out its linked constants by address; a client then uses them as tensors. */
static void note_module_memory(TVMValue value, int type_code)
{
    if (type_code != kTVMOpaqueHandle || !value.v_handle || memory_map_find(value.v_handle))
        return;
    /* Without the note such a tensor is refused later, in words. */
    (void)memory_map_add(value.v_handle, 0, NULL, MEMORY_OF_MODULE);
}

static bool call_function(struct session *session, struct rpc_arguments *arguments,
                          struct rpc_reader *reader)
{
    void *func;
    TVMValue ret_val;
    int ret_type_code;
    int status = rpc_read_handle(reader, &func);
    if (status == 0)
        status = rpc_read_arguments(reader, arguments);
    if (status == 0)
        status = check_tensors(arguments);
    if (status == 0)
        status = TVMFuncCall(func, arguments->values, arguments->type_codes, arguments->num_args,
                             &ret_val, &ret_type_code);
    if (status != 0)
        return rpc_reply_last_error(session);
    note_module_memory(ret_val, ret_type_code);
    bool ok = rpc_reply_call(session, ret_val, ret_type_code);
    if (ret_type_code == kTVMBytes)
        (void)TVMByteArrayFree(ret_val.v_handle);
    return ok;
}

/* The protocol's version and the arguments of a session's constructor, of which a board takes
 * none. */
static bool init_server(struct session *session, struct rpc_arguments *arguments,
                        struct rpc_reader *reader)
{
    uint8_t *version;
    size_t size_bytes;
    if (!rpc_read_bytes(reader, &version, &size_bytes)) {
        (void)rpc_truncated("the protocol's version");
        return rpc_reply_last_error(session);
    }
    if (rpc_read_arguments(reader, arguments) != 0)
        return rpc_reply_last_error(session);
    if (arguments->num_args != 0)
        return rpc_reply_exception(session, "a board's session takes no constructor arguments");
    return rpc_reply_void(session);
}

/* A tensor, and how many bytes of it; *ret_data is checked memory, if 0 is returned. */
static int read_copy(struct rpc_reader *reader, uint8_t **ret_data, size_t *ret_size_bytes)
{
    DLTensor tensor;
    uint64_t size_bytes;
    int status = rpc_read_tensor(reader, &tensor);
    if (status != 0)
        return status;
    if (!rpc_read_u64(reader, &size_bytes))
        return rpc_truncated("a copy's size");
    *ret_size_bytes = rpc_size(size_bytes);
    status = rpc_check_memory(&tensor, *ret_size_bytes);
    if (status == 0)
        *ret_data = (uint8_t *)tensor.data + tensor.byte_offset;
    return status;
}

static bool copy_from_remote(struct session *session, struct rpc_reader *reader)
{
    uint8_t *data = NULL;
    size_t size_bytes = 0;
    if (read_copy(reader, &data, &size_bytes) != 0)
        return rpc_reply_last_error(session);
    return rpc_reply_copy(session, data, size_bytes);
}

/* Clients send parameters, not knowing that they are there already. */
static int compare_linked(const struct rpc_reader *reader, const uint8_t *data, size_t size_bytes)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): read_copy has checked data */
    if (memcmp(reader->next, data, size_bytes) == 0)
        return 0;
    return rpc_refuse_linked(size_bytes, data, "a parameter with other values", "");
}

static int write_copy(struct rpc_reader *reader, uint8_t *data, size_t size_bytes)
{
    if (reader->left_bytes < size_bytes)
        return rpc_truncated("the data of a copy");
    if (memory_map_holding(data, 0, size_bytes)->owner == MEMORY_LINKED)
        return compare_linked(reader, data, size_bytes);
    (void)rpc_read(reader, data, size_bytes);
    return 0;
}

static bool copy_to_remote(struct session *session, struct rpc_reader *reader)
{
    uint8_t *data = NULL;
    size_t size_bytes = 0;
    int status = read_copy(reader, &data, &size_bytes);
    if (status == 0)
        status = write_copy(reader, data, size_bytes);
    return status == 0 ? rpc_reply_void(session) : rpc_reply_last_error(session);
}

/* ---- messages ---- */

static bool refuse_code(struct session *session, int32_t code)
{
    (void)crt_error(kTvmErrorFunctionCallNotImplemented, "RPC code %ld: not a request to a board",
                    (long)code);
    return rpc_reply_last_error(session);
}

static bool reply_to(struct session *session, struct rpc_arguments *arguments, int32_t code,
                     struct rpc_reader *reader)
{
    switch (code) {
    case RPC_INIT_SERVER:
        return init_server(session, arguments, reader);
    case RPC_CALL_FUNC:
        return call_function(session, arguments, reader);
    case RPC_COPY_FROM_REMOTE:
        return copy_from_remote(session, reader);
    case RPC_COPY_TO_REMOTE:
        return copy_to_remote(session, reader);
    default:
        break;
    }
    if (code < RPC_GET_GLOBAL_FUNC || code > RPC_DEV_GET_CURRENT_STREAM)
        return refuse_code(session, code);
    if (rpc_read_arguments(reader, arguments) != 0)
        return rpc_reply_last_error(session);
    return rpc_system_call(session, (enum rpc_code)code, arguments);
}

/* message is written to through the reader. */
enum rpc_outcome rpc_handle_message(struct session *session, struct rpc_arguments *arguments,
                                    uint8_t *message, /* NOLINT(readability-non-const-parameter) */
                                    size_t size_bytes)
{
    struct rpc_reader reader = {message, size_bytes};
    uint64_t packet_size_bytes;
    int32_t code;
    bool ok;
    bool is_whole = rpc_read_u64(&reader, &packet_size_bytes);
    if (is_whole && packet_size_bytes == 0)
        return RPC_GO_ON;
    is_whole = is_whole && packet_size_bytes == reader.left_bytes && rpc_read_i32(&reader, &code);
    if (!is_whole) {
        (void)crt_error(kTvmErrorFunctionCallInvalidArg,
                        "message of %lu bytes is damaged: its length field says otherwise",
                        (unsigned long)size_bytes);
        ok = rpc_reply_last_error(session);
    } else if (code == RPC_SHUTDOWN) {
        return RPC_SHUT_DOWN;
    } else {
        ok = reply_to(session, arguments, code, &reader);
    }
    return ok ? RPC_GO_ON : RPC_LINE_LOST;
}
