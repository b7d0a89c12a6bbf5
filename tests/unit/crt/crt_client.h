/* A client of the RPC server, as small as can be: messages are put together byte by byte, replies
 * are kept as they came. */
#ifndef TESTS_UNIT_CRT_CLIENT_H
#define TESTS_UNIT_CRT_CLIENT_H

#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/rpc_common/session.h>

/* RPCCode in TVM's sources. */
enum code {
    CODE_SHUTDOWN = 1,
    CODE_INIT = 2,
    CODE_CALL = 3,
    CODE_RETURN = 4,
    CODE_EXCEPTION = 5,
    CODE_COPY_FROM = 6,
    CODE_COPY_TO = 7,
    CODE_COPY_ACK = 8,
    CODE_GET_GLOBAL = 9,
    CODE_FREE_HANDLE = 10,
    CODE_SET_DEVICE = 11,
    CODE_GET_ATTR = 12,
    CODE_ALLOC = 13,
    CODE_FREE_DATA = 14,
    CODE_SYNC = 15,
    CODE_COPY_AMONG = 16,
    CODE_ALLOC_SCOPE = 17,
    CODE_CREATE_STREAM = 18,
};

enum { CLIENT_BYTES_MAX = 128 * 1024 };

struct message {
    uint8_t bytes[2048];
    size_t size;
};

struct client {
    struct session session;
    uint8_t buffer[CLIENT_BYTES_MAX];
    void *server;
    tvm_crt_error_t status; /* of the server's last loop */
    uint8_t reply[CLIENT_BYTES_MAX];
    size_t reply_size;
    size_t at; /* how much of the reply has been read */
    int replies;
    int terminations;
    int logs;
    char log[256];    /* the last of them */
    long write_limit; /* bytes that the server may still write; -1: any number */
};

extern struct client client;

/* Start the server and a session with it. */
void client_open(void);

/* A message's length is put in front when it is sent. */
void put(struct message *message, const void *data, size_t size);
void put_i32(struct message *message, int32_t value);
void put_u64(struct message *message, uint64_t value);
void put_string(struct message *message, const char *string);
void put_device(struct message *message);
void put_tensor(struct message *message, uint64_t data, DLDataType dtype, const int64_t *shape,
                int ndim, uint64_t byte_offset);
/* Code, and for CODE_CALL the function's handle; then count argument types. */
void begin(struct message *message, enum code code);
void begin_call(struct message *message, uint64_t func);
void put_types(struct message *message, const int *types, int count);

/* Send, and let the server answer. One reply is there afterwards, or none. */
void client_send(const struct message *message);
/* A message as it is, without a length in front. */
void client_send_raw(const uint8_t *bytes, size_t size);

/* Take the reply apart, checking that it goes on like this. */
int32_t get_i32(void);
uint64_t get_u64(void);
void expect_code(enum code code);
void expect_void(void);
uint64_t expect_handle(void);
/* A function's return: its value's type, then count types; values follow. */
void expect_returned(int type_code, const int *types, int count);
int64_t expect_int(void);
void expect_end(void);
/* An exception whose text has this in it. */
void expect_exception(const char *part);

/* What a handle of data points at. */
void *memory_at(uint64_t data);

/* Whole calls. */
uint64_t global_func(const char *name);
uint64_t system_library(void);
uint64_t module_func(uint64_t module, const char *name);
uint64_t alloc(int64_t size_bytes);
/* tvm.aot_executor.create of the system library's "default". */
uint64_t create_executor(void);

#endif
