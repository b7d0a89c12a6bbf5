/* Any messages to the RPC server of the C runtime: one reply each at most, no memory error, and it
 * still works afterwards. The input is a row of messages: a byte of length, in units of 8 bytes,
 * then the message behind its own length field. Each is sent as it is and as the arguments of a
 * call of "echo".
 *
 * LLVMFuzzerTestOneInput for a fuzzer; fuzz_main.c runs it over a fixed corpus. */
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/microtvm_rpc_server.h>
#include <tvm/runtime/crt/rpc_common/session.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { UNIT = 8, MESSAGE_MAX = 1024, REPLY_MAX = 64 * 1024, SHUTDOWN = 1, INIT = 2, CALL = 3 };

/* "echo" is function 2 of the system library, which is the first module. */
static const uint64_t echo = 0x80008002;

static struct session host;
static uint8_t host_buffer[REPLY_MAX];
static microtvm_rpc_server_t server;
static int replies;

static bool to_server(void *context, const uint8_t *data, size_t size)
{
    (void)context;
    uint8_t *next = (uint8_t *)data;
    return MicroTVMRpcServerLoop(server, &next, &size) == kTvmErrorNoError;
}

static ssize_t from_server(void *context, const uint8_t *data, size_t size)
{
    (void)context;
    session_receive(&host, data, size);
    return (ssize_t)size;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): a session_handler's signature */
static void on_message(void *context, enum session_message type, uint8_t *body, size_t size)
{
    (void)context;
    (void)body;
    (void)size;
    replies += type == SESSION_NORMAL;
}

/* The message, with its length in front. Returns how many replies came. */
static int send_message(const uint8_t *data, size_t size)
{
    uint8_t message[8 + MESSAGE_MAX];
    uint64_t length = size;
    memcpy(message, &length, sizeof(length));
    memcpy(message + sizeof(length), data, size);
    /* A shutdown ends the server for good. */
    if (size >= 4 && message[8] == SHUTDOWN)
        message[8] = INIT;
    replies = 0;
    if (!session_send(&host, SESSION_NORMAL, message, sizeof(length) + size) || replies > 1)
        abort();
    return replies;
}

static void start(void)
{
    /* GetGlobalFunc("runtime.SystemLib"), and a call of it: function 0 of the global ones, which
     * come behind the 2 modules that the configuration allows. */
    static const uint8_t get_library[] = {CALL, 0, 0, 0, 0x00, 0x80, 0x02, 0x80,
                                          0,    0, 0, 0, 0,    0,    0,    0};
    const struct session_handler handler = {.message = on_message};
    session_init(&host, &handler, to_server, NULL, host_buffer, sizeof(host_buffer), 1);
    server = MicroTVMRpcServerInit(from_server, NULL);
    if (!session_start(&host) || send_message(get_library, sizeof(get_library)) != 1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t init[16] = {INIT};
    if (!server)
        start();
    while (size > 0) {
        uint8_t call[MESSAGE_MAX] = {CALL};
        size_t part = (size_t)(data[0] % 64) * UNIT;
        data++;
        size--;
        if (part > size)
            part = size;
        (void)send_message(data, part);
        memcpy(call + 4, &echo, sizeof(echo));
        memcpy(call + 4 + sizeof(echo), data, part);
        if (send_message(call, 4 + sizeof(echo) + part) != 1)
            abort();
        data += part;
        size -= part;
    }
    if (send_message(init, sizeof(init)) != 1)
        abort();
    return 0;
}
