/* TVM's RPC encoding: little-endian numbers and "packed sequences" of typed values.
 * Type codes are TVM's (TVMArgTypeCode). */
#ifndef MICROTVM_QEMU_CLIENT_WIRE_H
#define MICROTVM_QEMU_CLIENT_WIRE_H

#include "base/error.h"
#include "client/tensor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rpc_code {
    RPC_SHUTDOWN = 1,
    RPC_INIT_SERVER = 2,
    RPC_CALL_FUNC = 3,
    RPC_RETURN = 4,
    RPC_EXCEPTION = 5,
    RPC_COPY_FROM_REMOTE = 6,
    RPC_COPY_TO_REMOTE = 7,
    RPC_COPY_ACK = 8,
    RPC_GET_GLOBAL_FUNC = 9,
    RPC_FREE_HANDLE = 10,
    RPC_ALLOCATE = 13,
    RPC_RELEASE = 14,
};

enum rpc_type {
    RPC_INT = 0,
    RPC_UINT = 1,
    RPC_FLOAT = 2,
    RPC_HANDLE = 3,
    RPC_NULL = 4,
    RPC_DTYPE = 5,
    RPC_DEVICE = 6,
    RPC_TENSOR = 7,
    RPC_MODULE = 9,
    RPC_FUNCTION = 10,
    RPC_STRING = 11,
    RPC_BYTES = 12,
    RPC_NDARRAY = 13,
    RPC_BOOL = 15,
};

enum { RPC_DEVICE_CPU = 1, RPC_MAX_VALUES = 4 };

struct rpc_tensor {
    uint64_t data; /* an address on the device */
    int32_t device_type;
    int32_t device_id;
    uint8_t code; /* DLPack's type code, bits and lanes of one element */
    uint8_t bits;
    uint16_t lanes;
    int ndim;
    int64_t shape[TENSOR_MAX_NDIM];
    uint64_t byte_offset;
};

struct rpc_value {
    enum rpc_type type;
    union {
        int64_t integer;
        double real;
        uint64_t handle;
        struct {
            int32_t type;
            int32_t id;
        } device;
        struct {
            const char *data; /* not owned, no NUL at its end */
            size_t size_bytes;
        } text;
        struct rpc_tensor tensor;
    };
};

/* A growing message. */
struct wire_writer {
    uint8_t *data; /* owned */
    size_t size_bytes;
    size_t capacity_bytes;
    bool failed; /* memory ran out; everything after that is dropped */
};

void wire_dispose(struct wire_writer *writer);
/* Begin a packet: length (filled in by wire_end) and code. */
void wire_begin(struct wire_writer *writer, enum rpc_code code);
void wire_put_u64(struct wire_writer *writer, uint64_t value);
void wire_put_bytes(struct wire_writer *writer, const void *data, size_t size_bytes);
void wire_put_tensor(struct wire_writer *writer, const struct rpc_tensor *tensor);
void wire_put_values(struct wire_writer *writer, const struct rpc_value *values, int count);
/* Fill in the length. Errors: ERROR_INTERNAL (memory ran out on the way). */
bool wire_end(struct wire_writer *writer, struct error *err);

/* A received packet. Reading past its end sets failed and yields zeros. */
struct wire_reader {
    const uint8_t *data;
    size_t size_bytes;
    size_t at;
    bool failed;
};

uint32_t wire_get_u32(struct wire_reader *reader);
uint64_t wire_get_u64(struct wire_reader *reader);

/* A packed sequence of at most RPC_MAX_VALUES. Texts point into the packet.
 * Errors: ERROR_DEVICE with what is wrong. */
bool wire_get_values(struct wire_reader *reader, struct rpc_value *ret_values, int *ret_count,
                     struct error *err);

#endif
