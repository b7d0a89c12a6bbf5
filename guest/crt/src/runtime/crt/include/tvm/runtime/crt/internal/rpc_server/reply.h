/* Replies to RPC messages. Each is one session message, of a size known before it begins; one that
 * is larger than TVM_CRT_MAX_PACKET_SIZE_BYTES becomes an exception that says so. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_REPLY_H_
#define TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_REPLY_H_

#include <stdbool.h>
#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/rpc_common/session.h>

/* What a message is about (RPCCode in TVM's sources). */
enum rpc_code {
    RPC_SHUTDOWN = 1,
    RPC_INIT_SERVER,
    RPC_CALL_FUNC,
    RPC_RETURN,
    RPC_EXCEPTION,
    RPC_COPY_FROM_REMOTE,
    RPC_COPY_TO_REMOTE,
    RPC_COPY_ACK,
    RPC_GET_GLOBAL_FUNC,
    RPC_FREE_HANDLE,
    RPC_DEV_SET_DEVICE,
    RPC_DEV_GET_ATTR,
    RPC_DEV_ALLOC_DATA,
    RPC_DEV_FREE_DATA,
    RPC_DEV_STREAM_SYNC,
    RPC_COPY_AMONG_REMOTE,
    RPC_DEV_ALLOC_DATA_WITH_SCOPE,
    RPC_DEV_CREATE_STREAM,
    RPC_DEV_FREE_STREAM,
    RPC_DEV_SET_STREAM,
    RPC_DEV_GET_CURRENT_STREAM,
};

/* All return false when the line is gone. */
bool rpc_reply_void(struct session *session);
bool rpc_reply_handle(struct session *session, const void *handle);
bool rpc_reply_exception(struct session *session, const char *text);
/* Exception with TVMGetLastError's text. */
bool rpc_reply_last_error(struct session *session);
bool rpc_reply_copy(struct session *session, const void *data, size_t size_bytes);
/* What TVMFuncCall returned: its type as a number first, then the value (and the handle after it,
 * for an array). A type that cannot be sent becomes an exception. */
bool rpc_reply_call(struct session *session, TVMValue value, int type_code);

#endif // TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_REPLY_H_
