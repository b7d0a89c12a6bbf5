/* Carries out one RPC message. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_REQUEST_H_
#define TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_REQUEST_H_

#include <tvm/runtime/crt/internal/rpc_server/reader.h>
#include <tvm/runtime/crt/internal/rpc_server/reply.h>

enum rpc_outcome {
    RPC_GO_ON,
    RPC_SHUT_DOWN, /* the client said so */
    RPC_LINE_LOST, /* the reply could not be sent */
};

/* Sends exactly one reply, which is an exception for a message that makes no sense, and none for
 * an empty one and for shutdown. message is changed on the way. */
enum rpc_outcome rpc_handle_message(struct session *session, struct rpc_arguments *arguments,
                                    uint8_t *message, size_t size_bytes);

#endif // TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_REQUEST_H_
