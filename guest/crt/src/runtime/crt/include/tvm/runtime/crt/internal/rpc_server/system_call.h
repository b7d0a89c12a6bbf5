/* What a client asks of the runtime itself: functions by name, memory, streams. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_SYSTEM_CALL_H_
#define TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_SYSTEM_CALL_H_

#include <tvm/runtime/crt/internal/rpc_server/reader.h>
#include <tvm/runtime/crt/internal/rpc_server/reply.h>

/* One of the codes from RPC_GET_GLOBAL_FUNC on, with its arguments. False: the line is gone. */
bool rpc_system_call(struct session *session, enum rpc_code code,
                     const struct rpc_arguments *arguments);

#endif // TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_SYSTEM_CALL_H_
