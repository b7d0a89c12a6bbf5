#include "bridge/dialect/dialect.h"

#include "bridge/bytes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* TVM's RPCCode, as far as this file needs it. */
enum {
    CODE_INIT = 2,
    CODE_CALL = 3,
    CODE_RETURN = 4,
    CODE_EXCEPTION = 5,
    CODE_LOOKUP = 9,
    CODE_FREE = 10,
    CODE_LAST = 21,
};

enum { LENGTH_BYTES = 8, CODE_BYTES = 4, HEAD_BYTES = LENGTH_BYTES + CODE_BYTES, VALUE_BYTES = 8 };

static const char ffi_system_library[] = "ffi.SystemLib";
static const char crt_system_library[] = "\x11\0\0\0\0\0\0\0runtime.SystemLib";

void dialect_init(struct dialect *dialect, enum rpc_dialect speaks)
{
    *dialect = (struct dialect){.speaks = speaks};
}

void dialect_dispose(struct dialect *dialect)
{
    packed_sequence_dispose(&dialect->values);
    packet_dispose(&dialect->packet);
    free(dialect->held);
    *dialect = (struct dialect){0};
}

/* Where a request's sequence begins; false: it has none. */
static bool find_sequence(const struct packet *packet, size_t *ret_at)
{
    int32_t code = packet_code(packet);
    size_t at = HEAD_BYTES;
    if (code == CODE_CALL) {
        at += VALUE_BYTES;
    } else if (code == CODE_INIT) {
        if (packet->size_bytes < HEAD_BYTES + LENGTH_BYTES)
            return false;
        uint64_t version_bytes = get_le(packet->data + HEAD_BYTES, LENGTH_BYTES);
        if (version_bytes > packet->size_bytes)
            return false;
        at += LENGTH_BYTES + (size_t)version_bytes;
    } else if (code < CODE_LOOKUP || code > CODE_LAST) {
        return false;
    }
    *ret_at = at;
    return at <= packet->size_bytes;
}

static bool reads_as(struct dialect *dialect, enum rpc_dialect speaks, const struct packet *packet,
                     size_t at)
{
    struct error ignored;
    if (!packed_sequence_read(&dialect->values, speaks, packet->data + at, packet->size_bytes - at,
                              &ignored))
        return false;
    /* What no client sends, but what the other dialect can look like: an unsigned number, which
     * has the code of FFI's numbers, and a device of type 0, which there is none. */
    for (size_t i = 0; i < dialect->values.count; i++) {
        const struct packed_value *value = &dialect->values.values[i];
        if (value->code == RPC_VALUE_UINT ||
            (value->code == RPC_VALUE_DEVICE && get_le(value->data, CODE_BYTES) == 0))
            return false;
    }
    return true;
}

static void find_out(struct dialect *dialect, const struct packet *packet, size_t at)
{
    bool crt = reads_as(dialect, RPC_DIALECT_CRT, packet, at);
    bool ffi = reads_as(dialect, RPC_DIALECT_FFI, packet, at);
    if (crt != ffi)
        dialect->speaks = crt ? RPC_DIALECT_CRT : RPC_DIALECT_FFI;
}

/* dialect->packet: so many bytes of head, then the values. */
static bool write_packet(struct dialect *dialect, enum rpc_dialect speaks, const uint8_t *head,
                         size_t head_bytes, struct error *err)
{
    size_t size_bytes = head_bytes + packed_sequence_size_bytes(&dialect->values);
    if (!packet_reserve(&dialect->packet, size_bytes, err))
        return false;
    uint8_t *to = dialect->packet.data;
    memcpy(to, head, head_bytes);
    put_le(to, size_bytes - LENGTH_BYTES, LENGTH_BYTES);
    packed_sequence_write(&dialect->values, speaks, to + head_bytes);
    dialect->packet.size_bytes = size_bytes;
    return true;
}

static struct dialect_handle *find_handle(const struct dialect *dialect, uint64_t handle)
{
    for (size_t i = 0; i < dialect->held_count; i++)
        if (dialect->held[i].handle == handle)
            return &dialect->held[i];
    return NULL;
}

static bool hold_handle(struct dialect *dialect, uint64_t handle, enum rpc_value_code code,
                        struct error *err)
{
    struct dialect_handle *held = find_handle(dialect, handle);
    if (held) {
        held->code = code;
        held->count++;
        return true;
    }
    if (dialect->held_count == DIALECT_MAX_HANDLES)
        return error_set(err, ERROR_DEVICE, 0, "the client holds more than %d handles of the board",
                         DIALECT_MAX_HANDLES);
    size_t count = dialect->held_count + 1;
    struct dialect_handle *grown = reallocarray(dialect->held, count, sizeof(*grown));
    if (!grown)
        return error_no_memory(err, "a handle", count * sizeof(*grown));
    dialect->held = grown;
    grown[dialect->held_count++] =
        (struct dialect_handle){.handle = handle, .code = code, .count = 1};
    return true;
}

/* What has no type kept is a function, found by a lookup. */
static enum rpc_value_code let_go(struct dialect *dialect, uint64_t handle)
{
    struct dialect_handle *held = find_handle(dialect, handle);
    if (!held)
        return RPC_VALUE_FUNCTION;
    enum rpc_value_code code = held->code;
    if (--held->count == 0)
        *held = dialect->held[--dialect->held_count];
    return code;
}

static bool add_handle_type(struct dialect *dialect, struct error *err)
{
    const struct packed_sequence *values = &dialect->values;
    if (values->count != 1 || values->values[0].size_bytes != VALUE_BYTES)
        return error_set(err, ERROR_USAGE, 0,
                         "a handle to be freed comes alone, not with %zu values", values->count);
    enum rpc_value_code code = let_go(dialect, get_le(values->values[0].data, VALUE_BYTES));
    put_le(dialect->result_type, (uint64_t)code, VALUE_BYTES);
    return packed_sequence_add(&dialect->values,
                               (struct packed_value){.code = RPC_VALUE_INT,
                                                     .data = dialect->result_type,
                                                     .size_bytes = VALUE_BYTES},
                               err);
}

static void rename_system_library(struct packed_sequence *values)
{
    size_t name_bytes = sizeof(ffi_system_library) - 1;
    struct packed_value *name = values->values;
    if (values->count == 1 && name->code == RPC_VALUE_STRING &&
        name->size_bytes == LENGTH_BYTES + name_bytes &&
        memcmp(name->data + LENGTH_BYTES, ffi_system_library, name_bytes) == 0) {
        name->data = (const uint8_t *)crt_system_library;
        name->size_bytes = sizeof(crt_system_library) - 1;
    }
}

bool dialect_request(struct dialect *dialect, const struct packet *packet,
                     const struct packet **ret_packet, struct error *err)
{
    size_t at = 0;
    int32_t code = packet_code(packet);
    bool has_sequence = find_sequence(packet, &at);
    if (has_sequence && dialect->speaks == RPC_DIALECT_UNKNOWN)
        find_out(dialect, packet, at);
    dialect->request = code;
    if (!has_sequence || dialect->speaks != RPC_DIALECT_FFI) {
        *ret_packet = packet;
        return true;
    }
    if (!packed_sequence_read(&dialect->values, RPC_DIALECT_FFI, packet->data + at,
                              packet->size_bytes - at, err))
        return false;
    if (code == CODE_LOOKUP)
        rename_system_library(&dialect->values);
    if ((code == CODE_FREE && !add_handle_type(dialect, err)) ||
        !write_packet(dialect, RPC_DIALECT_CRT, packet->data, at, err))
        return false;
    *ret_packet = &dialect->packet;
    return true;
}

/* A call's result: its type, what it is, and the handle of an array. */
static bool change_result(struct dialect *dialect, struct error *err)
{
    struct packed_sequence *values = &dialect->values;
    struct packed_value *type = values->values;
    if (values->count == 0 || type->code != RPC_VALUE_INT)
        return error_set(err, ERROR_DEVICE, 0, "the board's answer to a call has no type");
    int64_t code = (int32_t)get_le(type->data, CODE_BYTES);
    int32_t ffi_code = rpc_ffi_code(code);
    if (ffi_code < 0)
        return error_set(err, ERROR_DEVICE, 0,
                         "the board's answer to a call has type %" PRId64
                         ", which clients of this TVM do not know",
                         code);
    put_le(dialect->result_type, (uint64_t)ffi_code, VALUE_BYTES);
    type->data = dialect->result_type;
    const struct packed_value *last = &values->values[values->count - 1];
    bool is_held = code == RPC_VALUE_MODULE || code == RPC_VALUE_ARRAY || code == RPC_VALUE_OBJECT;
    return !is_held || last->size_bytes != VALUE_BYTES ||
           hold_handle(dialect, get_le(last->data, VALUE_BYTES), (enum rpc_value_code)code, err);
}

static bool translate_reply(struct dialect *dialect, int32_t code, int32_t request,
                            const uint8_t *reply, size_t size_bytes, struct error *err)
{
    if (!packed_sequence_read(&dialect->values, RPC_DIALECT_CRT, reply + HEAD_BYTES,
                              size_bytes - HEAD_BYTES, err)) {
        error_wrap(err, "the board's answer");
        err->kind = err->kind == ERROR_USAGE ? ERROR_DEVICE : err->kind;
        return false;
    }
    if (code == CODE_RETURN && request == CODE_CALL && !change_result(dialect, err))
        return false;
    return write_packet(dialect, RPC_DIALECT_FFI, reply, HEAD_BYTES, err);
}

bool dialect_reply(struct dialect *dialect, const uint8_t *reply, size_t size_bytes,
                   const uint8_t **ret_reply, size_t *ret_size_bytes, struct error *err)
{
    int32_t code = 0;
    if (size_bytes >= HEAD_BYTES)
        code = (int32_t)get_le(reply + LENGTH_BYTES, CODE_BYTES);
    int32_t request = dialect->request;
    bool is_beginning =
        dialect->speaks == RPC_DIALECT_UNKNOWN && request == CODE_INIT && code == CODE_RETURN;
    dialect->request = 0;
    bool has_sequence = code == CODE_RETURN || code == CODE_EXCEPTION;
    *ret_reply = reply;
    *ret_size_bytes = size_bytes;
    if (is_beginning) {
        dialect->values.count = 0;
        if (!write_packet(dialect, RPC_DIALECT_CRT, reply, HEAD_BYTES, err))
            return false;
    } else if (!has_sequence || dialect->speaks != RPC_DIALECT_FFI) {
        return true;
    } else if (!translate_reply(dialect, code, request, reply, size_bytes, err)) {
        return false;
    }
    *ret_reply = dialect->packet.data;
    *ret_size_bytes = dialect->packet.size_bytes;
    return true;
}

bool dialect_owes_beginning(const struct dialect *dialect)
{
    return dialect->request == CODE_INIT;
}

bool dialect_send_beginning(struct dialect *dialect, struct socket *socket,
                            struct deadline deadline, struct error *err)
{
    dialect->request = 0;
    uint8_t packet[HEAD_BYTES + CODE_BYTES] = {0}; /* no values */
    put_le(packet, sizeof(packet) - LENGTH_BYTES, LENGTH_BYTES);
    put_le(packet + LENGTH_BYTES, CODE_RETURN, CODE_BYTES);
    return socket_write(socket, packet, sizeof(packet), deadline, err);
}

bool dialect_send_exception(const struct dialect *dialect, struct socket *socket, const char *text,
                            struct deadline deadline, struct error *err)
{
    uint8_t head[HEAD_BYTES + CODE_BYTES + CODE_BYTES + LENGTH_BYTES];
    size_t text_bytes = strlen(text);
    bool is_ffi = dialect->speaks == RPC_DIALECT_FFI;
    put_le(head, sizeof(head) - LENGTH_BYTES + text_bytes, LENGTH_BYTES);
    put_le(head + 8, CODE_EXCEPTION, CODE_BYTES);
    put_le(head + 12, 1, CODE_BYTES); /* one value */
    put_le(head + 16, is_ffi ? (uint64_t)RPC_FFI_RAW_STRING : (uint64_t)RPC_VALUE_STRING,
           CODE_BYTES);
    put_le(head + 20, text_bytes, LENGTH_BYTES);
    return socket_write(socket, head, sizeof(head), deadline, err) &&
           socket_write(socket, text, text_bytes, deadline, err);
}
