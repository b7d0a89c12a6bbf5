#include <stdarg.h>
#include <string.h>
#include <tvm/runtime/crt/aot_executor_module.h>
#include <tvm/runtime/crt/crt.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>
#include <tvm/runtime/crt/internal/rpc_server/request.h>
#include <tvm/runtime/crt/logging.h>
#include <tvm/runtime/crt/microtvm_rpc_server.h>

#include "crt_config.h"

enum { LOG_LINE_SIZE = 256 };

struct rpc_server {
    struct rpc_arguments arguments;
    microtvm_rpc_channel_write_t write;
    void *write_context;
    bool is_started;
    bool is_shut_down;
    bool is_line_lost;
    struct session session; /* large */
};

static struct rpc_server server;

static bool write_all(void *context, const uint8_t *data, size_t size_bytes)
{
    const struct rpc_server *to = context;
    while (size_bytes > 0) {
        ssize_t written = to->write(to->write_context, data, size_bytes);
        if (written <= 0 || (size_t)written > size_bytes)
            return false;
        data += written;
        size_bytes -= (size_t)written;
    }
    return true;
}

static void on_message(void *context, enum session_message type, uint8_t *body,
                       size_t body_size_bytes)
{
    struct rpc_server *to = context;
    if (type != SESSION_NORMAL || to->is_shut_down)
        return;
    switch (rpc_handle_message(&to->session, &to->arguments, body, body_size_bytes)) {
    case RPC_SHUT_DOWN:
        to->is_shut_down = true;
        break;
    case RPC_LINE_LOST:
        to->is_line_lost = true;
        break;
    default:
        break;
    }
}

/* The client waits for a reply to what was too large to take in: say so now. */
static void on_too_large(void *context, size_t size_bytes)
{
    struct rpc_server *to = context;
    if (to->session.state != SESSION_ESTABLISHED)
        return;
    (void)crt_error(kTvmErrorBufferTooSmall,
                    "message of %lu bytes: this board takes %lu (TVM_CRT_MAX_PACKET_SIZE_BYTES)",
                    (unsigned long)size_bytes, (unsigned long)TVM_CRT_MAX_PACKET_SIZE_BYTES);
    to->is_line_lost = !rpc_reply_last_error(&to->session) || to->is_line_lost;
}

static void abort_unless(tvm_crt_error_t error)
{
    if (error != kTvmErrorNoError)
        TVMPlatformAbort(error);
}

microtvm_rpc_server_t MicroTVMRpcServerInit(microtvm_rpc_channel_write_t write_func,
                                            void *write_func_ctx)
{
    const struct session_handler handler = {
        .context = &server,
        .message = on_message,
        .too_large = on_too_large,
    };
    uint8_t nonce = 0;
    void *buffer;
    server.write = write_func;
    server.write_context = write_func_ctx;

    abort_unless(TVMInitializeRuntime());
#ifndef CRT_WITHOUT_AOT_EXECUTOR /* the build has left it out */
    abort_unless(TVMAotExecutorModule_Register());
#endif
    abort_unless((tvm_crt_error_t)crt_allocate(TVM_CRT_MAX_PACKET_SIZE_BYTES, "messages", &buffer));
    abort_unless(TVMPlatformGenerateRandom(&nonce, sizeof(nonce)));
    session_init(&server.session, &handler, write_all, &server, buffer,
                 TVM_CRT_MAX_PACKET_SIZE_BYTES, nonce);
    server.is_started = true;
    server.is_line_lost = !session_terminate(&server.session);
    return &server;
}

tvm_crt_error_t MicroTVMRpcServerLoop(microtvm_rpc_server_t server_handle, uint8_t **new_data,
                                      size_t *new_data_size_bytes)
{
    struct rpc_server *to = server_handle;
    if (new_data && new_data_size_bytes && *new_data_size_bytes > 0 && !to->is_shut_down) {
        session_receive(&to->session, *new_data, *new_data_size_bytes);
        *new_data += *new_data_size_bytes;
        *new_data_size_bytes = 0;
    }
    if (to->is_shut_down)
        return kTvmErrorPlatformShutdown;
    return to->is_line_lost ? kTvmErrorWriteStreamShortWrite : kTvmErrorNoError;
}

void TVMLogf(const char *fmt, ...)
{
    char line[LOG_LINE_SIZE];
    va_list args;
    va_start(args, fmt);
    (void)TVMPlatformFormatMessage(line, sizeof(line), fmt, args);
    va_end(args);
    line[sizeof(line) - 1] = '\0';
    size_t size_bytes = strlen(line);
    /* The host ends the line itself. */
    if (size_bytes > 0 && line[size_bytes - 1] == '\n')
        size_bytes--;
    /* TVM's session takes in nothing more after a log message with nothing in it. */
    if (server.is_started && size_bytes > 0)
        server.is_line_lost =
            !session_send(&server.session, SESSION_LOG, line, size_bytes) || server.is_line_lost;
}
