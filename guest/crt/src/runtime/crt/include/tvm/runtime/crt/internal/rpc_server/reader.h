/* A received RPC message, read with care: nothing here looks past its end.
 *
 * Arguments are decoded in place: strings get their NUL and shapes their alignment by moving them a
 * few bytes towards the front of the message, over what has been read. So the message must stay
 * until the call that it asks for is over, and can be read once. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_READER_H_
#define TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_READER_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tvm/runtime/c_runtime_api.h>

struct rpc_reader {
    uint8_t *next;
    size_t left_bytes;
};

/* All return false, and take nothing, when the message is too short. */
bool rpc_read(struct rpc_reader *reader, void *value, size_t size_bytes);
bool rpc_read_u64(struct rpc_reader *reader, uint64_t *ret_value);
bool rpc_read_i32(struct rpc_reader *reader, int32_t *ret_value);
/* A length of 8 bytes, then so many: *ret_data points into the message. */
bool rpc_read_bytes(struct rpc_reader *reader, uint8_t **ret_data, size_t *ret_size_bytes);

/* Data, device, rank, type, shape, offset. shape points into the message. Errors (with text). */
int rpc_read_tensor(struct rpc_reader *reader, DLTensor *tensor);

/* An address that the wire carries in 64 bits. Errors (with text): more than a pointer holds. */
int rpc_read_handle(struct rpc_reader *reader, void **ret_handle);

/* What a decoded argument needs beside its TVMValue. */
union rpc_argument {
    DLTensor tensor;
    TVMByteArray bytes;
};

/* A packed sequence of arguments. The memory is kept from message to message and grows when more
 * arguments come. */
struct rpc_arguments {
    TVMValue *values;
    int *type_codes;
    union rpc_argument *storage;
    int num_args;
    int capacity;
};

/* Errors (with text): truncated, a type that is no argument, no memory. */
int rpc_read_arguments(struct rpc_reader *reader, struct rpc_arguments *arguments);
void rpc_arguments_dispose(struct rpc_arguments *arguments);

/* The text for a message that ends too early. */
int rpc_truncated(const char *where);

#endif // TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_READER_H_
