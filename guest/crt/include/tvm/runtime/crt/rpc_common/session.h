/* The session: one host and one device that have agreed on an id. Firmware and host compile this.
 *
 * A message is a frame whose payload starts with a header of 3 bytes: session id (16 bits,
 * little-endian) and type. The low byte of the id is the initiator's nonce, the high byte the
 * responder's; 0 is no nonce. START_INIT and START_REPLY carry one byte, the version (1).
 * An established session that gets a START_INIT begins anew with a new nonce.
 *
 * Nothing here allocates or blocks (but for what the write function does). */
#ifndef TVM_RUNTIME_CRT_RPC_COMMON_SESSION_H_
#define TVM_RUNTIME_CRT_RPC_COMMON_SESSION_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tvm/runtime/crt/rpc_common/framing.h>

enum session_message {
    SESSION_START_INIT = 0x00,
    SESSION_START_REPLY = 0x01,
    SESSION_TERMINATE = 0x02,
    SESSION_LOG = 0x03,
    SESSION_NORMAL = 0x10,
};

enum session_state { SESSION_NONE = 0, SESSION_START_SENT = 1, SESSION_ESTABLISHED = 2 };

enum { SESSION_VERSION = 1, SESSION_HEADER_SIZE = 3 };

struct session_handler {
    void *context;
    /* A whole, valid message for this session. START_REPLY: now established; TERMINATE: the other
     * side ended it; LOG and NORMAL with their body (valid until the call returns; the callee may
     * change it and may send). */
    void (*message)(void *context, enum session_message type, uint8_t *body,
                    size_t body_size_bytes);
    /* Bytes outside frames; may be NULL. */
    void (*text)(void *context, const uint8_t *data, size_t size_bytes);
    /* The length field of a message that is larger than the buffer has come; the message will be
     * skipped. The callee may send. May be NULL. */
    void (*too_large)(void *context, size_t size_bytes);
};

struct session {
    struct frame_decoder decoder;
    struct frame_sink sink;
    struct session_handler handler;
    uint8_t *buffer; /* one received message, header included; not owned */
    size_t buffer_capacity;
    size_t buffer_size;
    size_t dropped_messages; /* larger than the buffer, or with a wrong CRC */
    uint16_t id;
    uint8_t nonce;
    enum session_state state;
    struct frame_encoder encoder; /* last: it is large, and short instructions reach not far */
};

/* buffer must hold the largest message that can come, header included. nonce: random. */
void session_init(struct session *session, const struct session_handler *handler,
                  frame_write_fn write, void *write_context, uint8_t *buffer,
                  size_t buffer_capacity, uint8_t nonce);

/* Device: tell the host that no session exists (done once at boot). Either: end the session. */
bool session_terminate(struct session *session);

/* Host: send START_INIT; the handler hears START_REPLY when the device answered. */
bool session_start(struct session *session);

/* One message. LOG may be sent at any time, NORMAL only when established (else false). */
bool session_send(struct session *session, enum session_message type, const void *body,
                  size_t body_size_bytes);

/* The same in pieces that add up to body_size_bytes: begin, chunk..., end. */
bool session_send_begin(struct session *session, enum session_message type, size_t body_size_bytes);
bool session_send_chunk(struct session *session, const void *data, size_t size_bytes);
bool session_send_end(struct session *session);

/* Take in received bytes. Handlers run from inside this call. */
void session_receive(struct session *session, const uint8_t *data, size_t size_bytes);

#endif // TVM_RUNTIME_CRT_RPC_COMMON_SESSION_H_
