/* The host drives: an RPC server on the serial line. */
#include "uart/uart.h"

#include <stddef.h>
#include <stdint.h>
#include <tvm/runtime/crt/microtvm_rpc_server.h>
#include <tvm/runtime/crt/platform.h>
#if DEVICE_GRAPH_EXECUTOR
#include <tvm/runtime/crt/graph_executor_module.h>
#endif

static ssize_t send(void *context, const uint8_t *data, size_t size_bytes)
{
    (void)context;
    uart_write(data, size_bytes);
    return (ssize_t)size_bytes;
}

/* The host has ended the session for good; what still comes is nobody's. */
static void __attribute__((noreturn)) idle(void)
{
    uint8_t byte;
    for (;;)
        uart_read(&byte, sizeof byte);
}

static void serve(microtvm_rpc_server_t server, uint8_t *data, size_t size_bytes)
{
    while (size_bytes > 0) {
        tvm_crt_error_t error = MicroTVMRpcServerLoop(server, &data, &size_bytes);
        if (error == kTvmErrorPlatformShutdown)
            idle();
        /* A frame that another one cut short: the host began anew. */
        if (error != kTvmErrorNoError && error != kTvmErrorFramingShortPacket)
            TVMPlatformAbort(error);
    }
}

int main(void)
{
    static uint8_t buffer[1024];
    microtvm_rpc_server_t server = MicroTVMRpcServerInit(send, NULL);
#if DEVICE_GRAPH_EXECUTOR
    tvm_crt_error_t error = TVMGraphExecutorModule_Register();
    if (error != kTvmErrorNoError)
        TVMPlatformAbort(error);
#endif
    for (;;)
        serve(server, buffer, uart_read(buffer, sizeof buffer));
}
