/* Packed sequences: the arguments and results in TVM's RPC packets, as each of TVM's two dialects
 * has them. Numbers are little-endian.
 *
 *   CRT, TVM up to 0.20:   int32 count, int32 code each, then the values
 *                          (TVM 0.18's src/runtime/minrpc/rpc_reference.h)
 *   FFI, TVM since 0.21:   int32 count, then int32 code and value in turn
 *                          (TVM 0.27's src/runtime/rpc/minrpc/rpc_reference.h)
 *
 * The values are the same bytes in both, but for strings that are objects in FFI: they have an
 * uint32 of their own in front of them, and for the type of a tensor of truth values. The codes
 * differ. */
#ifndef MICROTVM_QEMU_BRIDGE_DIALECT_SEQUENCE_H
#define MICROTVM_QEMU_BRIDGE_DIALECT_SEQUENCE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rpc_dialect {
    RPC_DIALECT_UNKNOWN,
    RPC_DIALECT_CRT,
    RPC_DIALECT_FFI,
};

/* What a value is: the codes of CRT (TVMArgTypeCode). */
enum rpc_value_code {
    RPC_VALUE_INT = 0,
    RPC_VALUE_UINT = 1,
    RPC_VALUE_FLOAT = 2,
    RPC_VALUE_HANDLE = 3,
    RPC_VALUE_NULL = 4,
    RPC_VALUE_TYPE = 5,
    RPC_VALUE_DEVICE = 6,
    RPC_VALUE_TENSOR = 7,
    RPC_VALUE_OBJECT = 8, /* a result's type only: a runtime in C has none */
    RPC_VALUE_MODULE = 9,
    RPC_VALUE_FUNCTION = 10,
    RPC_VALUE_STRING = 11,
    RPC_VALUE_BYTES = 12,
    RPC_VALUE_ARRAY = 13, /* likewise: the tensor is sent, and a handle */
    RPC_VALUE_BOOL = 15,
};

/* As a result's first value names it in FFI. */
enum {
    RPC_FFI_NONE = 0,
    RPC_FFI_INT = 1,
    RPC_FFI_BOOL = 2,
    RPC_FFI_FLOAT = 3,
    RPC_FFI_HANDLE = 4,
    RPC_FFI_TYPE = 5,
    RPC_FFI_DEVICE = 6,
    RPC_FFI_TENSOR_POINTER = 7,
    RPC_FFI_RAW_STRING = 8,
    RPC_FFI_RAW_BYTES = 9,
    RPC_FFI_SMALL_STRING = 11,
    RPC_FFI_SMALL_BYTES = 12,
    RPC_FFI_OBJECT = 64,
    RPC_FFI_STRING = 65,
    RPC_FFI_BYTES = 66,
    RPC_FFI_FUNCTION = 68,
    RPC_FFI_TENSOR = 70,
    RPC_FFI_MODULE = 73,
};

struct packed_value {
    enum rpc_value_code code;
    const uint8_t *data; /* in the packet; of a string the length of 8 bytes, then the characters */
    size_t size_bytes;
};

struct packed_sequence {
    struct packed_value *values; /* owned */
    size_t count;
    size_t capacity;
};

/* Read the sequence that size_bytes from data on are, all of them. It points into them. Errors:
 * ERROR_USAGE: it ends too early or too late, or which value has a type that is not known;
 * ERROR_INTERNAL (memory). Zero a sequence before its first use; it may be read anew. */
bool packed_sequence_read(struct packed_sequence *sequence, enum rpc_dialect dialect,
                          const uint8_t *data, size_t size_bytes, struct error *err);

/* Append a value. Errors: ERROR_INTERNAL (memory). */
bool packed_sequence_add(struct packed_sequence *sequence, struct packed_value value,
                         struct error *err);

/* How long it is when it is written, and write it: to has room for so much. */
size_t packed_sequence_size_bytes(const struct packed_sequence *sequence);
void packed_sequence_write(const struct packed_sequence *sequence, enum rpc_dialect dialect,
                           uint8_t *to);

/* Safe on a zeroed struct and twice. */
void packed_sequence_dispose(struct packed_sequence *sequence);

/* The FFI code of a value, or of what a call has returned; -1: there is none. */
int32_t rpc_ffi_code(int64_t code);

#endif
