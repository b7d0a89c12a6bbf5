/* The RPC server: answers a TVM client over a serial line. */
#ifndef TVM_RUNTIME_CRT_MICROTVM_RPC_SERVER_H_
#define TVM_RUNTIME_CRT_MICROTVM_RPC_SERVER_H_

#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>
#include <tvm/runtime/crt/error_codes.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes between 1 and num_bytes bytes and returns how many; 0 or less: the line is gone. */
typedef ssize_t (*microtvm_rpc_channel_write_t)(void *context, const uint8_t *data,
                                                size_t num_bytes);

typedef void *microtvm_rpc_server_t;

/* Starts the runtime and tells the host that no session is open. There is one server. Takes
 * TVM_CRT_MAX_PACKET_SIZE_BYTES and a little more from the platform's heap; aborts when it cannot
 * start (no memory, no random numbers). */
microtvm_rpc_server_t MicroTVMRpcServerInit(microtvm_rpc_channel_write_t write_func,
                                            void *write_func_ctx);

/* Takes in received bytes and answers what they ask for; *new_data and *new_data_size_bytes move
 * past what was taken: all of it, or nothing after a shutdown. Both may be NULL. Errors:
 * kTvmErrorPlatformShutdown (the client said so), kTvmErrorWriteStreamShortWrite (the line is
 * gone). */
tvm_crt_error_t MicroTVMRpcServerLoop(microtvm_rpc_server_t server, uint8_t **new_data,
                                      size_t *new_data_size_bytes);

#ifdef __cplusplus
}
#endif

#endif // TVM_RUNTIME_CRT_MICROTVM_RPC_SERVER_H_
