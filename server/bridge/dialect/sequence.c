#include "bridge/dialect/sequence.h"

#include "bridge/bytes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIELD_BYTES = 8,        /* of a number, a handle, a device or a length */
    TENSOR_HEAD_BYTES = 24, /* data 8, device 8, rank 4, type 4; then the shape */
    TENSOR_RANK_AT = 16,
    TENSOR_TYPE_AT = 20, /* kind, bits, lanes of 2 */
    FIRST_CAPACITY = 16,
};

struct reader {
    const uint8_t *next;
    size_t left_bytes;
};

static bool take(struct reader *reader, size_t size_bytes, const uint8_t **ret_data)
{
    if (size_bytes > reader->left_bytes)
        return false;
    *ret_data = reader->next;
    reader->next += size_bytes;
    reader->left_bytes -= size_bytes;
    return true;
}

static bool take_code(struct reader *reader, int32_t *ret_code)
{
    const uint8_t *data;
    if (!take(reader, sizeof(*ret_code), &data))
        return false;
    *ret_code = (int32_t)get_le(data, sizeof(*ret_code));
    return true;
}

/* A length, and so many bytes of item_bytes each. base_bytes come before and behind them. */
static bool take_counted(struct reader *reader, uint64_t count, size_t item_bytes,
                         size_t base_bytes, struct packed_value *value)
{
    if (base_bytes > reader->left_bytes || count > (reader->left_bytes - base_bytes) / item_bytes)
        return false;
    value->size_bytes = base_bytes + (size_t)count * item_bytes;
    return take(reader, value->size_bytes, &value->data);
}

static bool take_tensor(struct reader *reader, struct packed_value *value)
{
    if (reader->left_bytes < TENSOR_HEAD_BYTES)
        return false;
    int32_t rank = (int32_t)get_le(reader->next + TENSOR_RANK_AT, sizeof(rank));
    return rank >= 0 && take_counted(reader, (uint64_t)rank, FIELD_BYTES,
                                     TENSOR_HEAD_BYTES + FIELD_BYTES, value);
}

static bool take_value(struct reader *reader, enum rpc_value_code code, struct packed_value *value)
{
    value->code = code;
    switch (code) {
    case RPC_VALUE_NULL:
        return take_counted(reader, 0, 1, 0, value);
    case RPC_VALUE_STRING:
    case RPC_VALUE_BYTES:
        return reader->left_bytes >= FIELD_BYTES &&
               take_counted(reader, get_le(reader->next, FIELD_BYTES), 1, FIELD_BYTES, value);
    case RPC_VALUE_TENSOR:
        return take_tensor(reader, value);
    default:
        return take_counted(reader, 1, FIELD_BYTES, 0, value);
    }
}

static bool from_crt(int32_t code, enum rpc_value_code *ret_code)
{
    *ret_code = (enum rpc_value_code)code;
    return (code >= RPC_VALUE_INT && code <= RPC_VALUE_BYTES && code != RPC_VALUE_OBJECT) ||
           code == RPC_VALUE_BOOL;
}

/* A boolean is a number to runtimes that are older than booleans. */
static bool from_ffi(int32_t code, enum rpc_value_code *ret_code)
{
    static const struct {
        int32_t ffi;
        enum rpc_value_code crt;
    } codes[] = {
        {RPC_FFI_NONE, RPC_VALUE_NULL},         {RPC_FFI_INT, RPC_VALUE_INT},
        {RPC_FFI_BOOL, RPC_VALUE_INT},          {RPC_FFI_FLOAT, RPC_VALUE_FLOAT},
        {RPC_FFI_HANDLE, RPC_VALUE_HANDLE},     {RPC_FFI_TYPE, RPC_VALUE_TYPE},
        {RPC_FFI_DEVICE, RPC_VALUE_DEVICE},     {RPC_FFI_TENSOR_POINTER, RPC_VALUE_TENSOR},
        {RPC_FFI_RAW_STRING, RPC_VALUE_STRING}, {RPC_FFI_RAW_BYTES, RPC_VALUE_BYTES},
        {RPC_FFI_FUNCTION, RPC_VALUE_FUNCTION}, {RPC_FFI_MODULE, RPC_VALUE_MODULE},
    };
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].ffi == code) {
            *ret_code = codes[i].crt;
            return true;
        }
    return false;
}

static bool is_ffi_object(int32_t code)
{
    return code == RPC_FFI_SMALL_STRING || code == RPC_FFI_SMALL_BYTES || code >= RPC_FFI_OBJECT;
}

static bool too_short(size_t index, struct error *err)
{
    return error_set(err, ERROR_USAGE, 0, "a packet that ends within value %zu of its sequence",
                     index);
}

static bool unknown(size_t index, int32_t code, struct error *err)
{
    return error_set(err, ERROR_USAGE, 0,
                     "value %zu has type %" PRId32
                     ", which the runtime on a board does not know: pass numbers, strings, bytes, "
                     "tensors of the board, and its functions and modules",
                     index, code);
}

static bool read_ffi_value(struct reader *reader, size_t index, struct packed_value *value,
                           struct error *err)
{
    int32_t code = 0;
    enum rpc_value_code known = RPC_VALUE_NULL;
    if (!take_code(reader, &code))
        return too_short(index, err);
    if (!from_ffi(code, &known)) {
        if (!is_ffi_object(code))
            return unknown(index, code, err);
        if (!take_code(reader, &code))
            return too_short(index, err);
        if (code != RPC_FFI_STRING && code != RPC_FFI_BYTES)
            return unknown(index, code, err);
        known = code == RPC_FFI_STRING ? RPC_VALUE_STRING : RPC_VALUE_BYTES;
    }
    return take_value(reader, known, value) || too_short(index, err);
}

/* code_at: where this value's code is. */
static bool read_crt_value(struct reader *reader, const uint8_t *code_at, size_t index,
                           struct packed_value *value, struct error *err)
{
    int32_t code = (int32_t)get_le(code_at, sizeof(code));
    enum rpc_value_code known = RPC_VALUE_NULL;
    if (!from_crt(code, &known))
        return unknown(index, code, err);
    return take_value(reader, known, value) || too_short(index, err);
}

static bool read_all(struct packed_sequence *sequence, enum rpc_dialect dialect,
                     struct reader *reader, struct error *err)
{
    int32_t count = 0;
    const uint8_t *codes = NULL;
    sequence->count = 0;
    if (!take_code(reader, &count) || count < 0 ||
        (size_t)count > reader->left_bytes / sizeof(int32_t))
        return error_set(err, ERROR_USAGE, 0, "a packet too short for its %" PRId32 " values",
                         count);
    if (dialect == RPC_DIALECT_CRT)
        (void)take(reader, (size_t)count * sizeof(int32_t), &codes);
    for (size_t i = 0; i < (size_t)count; i++) {
        struct packed_value value = {0};
        bool good = codes ? read_crt_value(reader, codes + i * sizeof(int32_t), i, &value, err)
                          : read_ffi_value(reader, i, &value, err);
        if (!good || !packed_sequence_add(sequence, value, err))
            return false;
    }
    return true;
}

bool packed_sequence_read(struct packed_sequence *sequence, enum rpc_dialect dialect,
                          const uint8_t *data, size_t size_bytes, struct error *err)
{
    struct reader reader = {.next = data, .left_bytes = size_bytes};
    if (!read_all(sequence, dialect, &reader, err))
        return false;
    if (reader.left_bytes > 0)
        return error_set(err, ERROR_USAGE, 0, "a packet of %zu bytes more than its values have",
                         reader.left_bytes);
    return true;
}

bool packed_sequence_add(struct packed_sequence *sequence, struct packed_value value,
                         struct error *err)
{
    if (sequence->count == sequence->capacity) {
        size_t capacity = sequence->capacity ? 2 * sequence->capacity : FIRST_CAPACITY;
        struct packed_value *grown = reallocarray(sequence->values, capacity, sizeof(*grown));
        if (!grown)
            return error_no_memory(err, "a packet's values", capacity * sizeof(*grown));
        sequence->values = grown;
        sequence->capacity = capacity;
    }
    sequence->values[sequence->count++] = value;
    return true;
}

size_t packed_sequence_size_bytes(const struct packed_sequence *sequence)
{
    size_t size_bytes = sizeof(int32_t);
    for (size_t i = 0; i < sequence->count; i++)
        size_bytes += sizeof(int32_t) + sequence->values[i].size_bytes;
    return size_bytes;
}

/* A truth value is a number of 1 bit in CRT, of which each takes a byte; FFI has a kind for it, of
 * 8 bits, and takes the other for eight in a byte. */
static void write_type_of_truth(enum rpc_dialect dialect, uint8_t *tensor)
{
    enum { CRT_UINT = 1, FFI_BOOL = 6 };
    static const uint8_t crt[] = {CRT_UINT, 1};
    static const uint8_t ffi[] = {FFI_BOOL, 8};
    bool to_crt = dialect == RPC_DIALECT_CRT;
    if (memcmp(tensor + TENSOR_TYPE_AT, to_crt ? ffi : crt, sizeof(crt)) == 0)
        memcpy(tensor + TENSOR_TYPE_AT, to_crt ? crt : ffi, sizeof(crt));
}

void packed_sequence_write(const struct packed_sequence *sequence, enum rpc_dialect dialect,
                           uint8_t *to)
{
    put_le(to, sequence->count, sizeof(int32_t));
    to += sizeof(int32_t);
    bool codes_first = dialect == RPC_DIALECT_CRT;
    uint8_t *values = to + (codes_first ? sequence->count * sizeof(int32_t) : 0);
    for (size_t i = 0; i < sequence->count; i++) {
        const struct packed_value *value = &sequence->values[i];
        uint8_t *code = codes_first ? to + i * sizeof(int32_t) : values;
        put_le(code, (uint32_t)(codes_first ? (int32_t)value->code : rpc_ffi_code(value->code)),
               sizeof(int32_t));
        if (!codes_first)
            values += sizeof(int32_t);
        if (value->size_bytes > 0)
            memcpy(values, value->data, value->size_bytes);
        if (value->code == RPC_VALUE_TENSOR)
            write_type_of_truth(dialect, values);
        values += value->size_bytes;
    }
}

void packed_sequence_dispose(struct packed_sequence *sequence)
{
    free(sequence->values);
    *sequence = (struct packed_sequence){0};
}

int32_t rpc_ffi_code(int64_t code)
{
    static const int32_t codes[] = {
        [RPC_VALUE_INT] = RPC_FFI_INT,           [RPC_VALUE_UINT] = RPC_FFI_INT,
        [RPC_VALUE_FLOAT] = RPC_FFI_FLOAT,       [RPC_VALUE_HANDLE] = RPC_FFI_HANDLE,
        [RPC_VALUE_NULL] = RPC_FFI_NONE,         [RPC_VALUE_TYPE] = RPC_FFI_TYPE,
        [RPC_VALUE_DEVICE] = RPC_FFI_DEVICE,     [RPC_VALUE_TENSOR] = RPC_FFI_TENSOR_POINTER,
        [RPC_VALUE_OBJECT] = RPC_FFI_OBJECT,     [RPC_VALUE_MODULE] = RPC_FFI_MODULE,
        [RPC_VALUE_FUNCTION] = RPC_FFI_FUNCTION, [RPC_VALUE_STRING] = RPC_FFI_RAW_STRING,
        [RPC_VALUE_BYTES] = RPC_FFI_RAW_BYTES,   [RPC_VALUE_ARRAY] = RPC_FFI_TENSOR,
        [RPC_VALUE_BOOL] = RPC_FFI_BOOL,
    };
    bool is_known = (code >= RPC_VALUE_INT && code <= RPC_VALUE_ARRAY) || code == RPC_VALUE_BOOL;
    return is_known ? codes[code] : -1;
}
