#include <string.h>
#include <tvm/runtime/crt/rpc_common/session.h>

enum { NONCE_NONE = 0, HEADER_TYPE = 2 };

static uint8_t initiator_nonce(uint16_t id)
{
    return (uint8_t)(id & 0xff);
}

static uint8_t responder_nonce(uint16_t id)
{
    return (uint8_t)(id >> 8);
}

static uint16_t make_id(uint8_t initiator, uint8_t responder)
{
    return (uint16_t)(initiator | responder << 8);
}

/* A new nonce for each attempt, so that replies to an earlier one are told apart. */
static void next_nonce(struct session *session)
{
    uint8_t nonce = session->nonce;
    nonce = (uint8_t)((nonce << 5 | nonce >> 3) + 1);
    session->nonce = nonce == NONCE_NONE ? 1 : nonce;
}

/* ---- sending ---- */

static bool send_begin_any(struct session *session, enum session_message type,
                           size_t body_size_bytes)
{
    uint16_t id = type == SESSION_LOG ? 0 : session->id;
    uint8_t header[SESSION_HEADER_SIZE] = {(uint8_t)id, (uint8_t)(id >> 8), (uint8_t)type};
    if (body_size_bytes > UINT32_MAX - SESSION_HEADER_SIZE)
        return false;
    return frame_begin(&session->encoder, (uint32_t)(SESSION_HEADER_SIZE + body_size_bytes)) &&
           frame_payload(&session->encoder, header, sizeof(header));
}

static bool send_any(struct session *session, enum session_message type, const void *body,
                     size_t body_size_bytes)
{
    return send_begin_any(session, type, body_size_bytes) &&
           frame_payload(&session->encoder, body, body_size_bytes) && frame_end(&session->encoder);
}

bool session_terminate(struct session *session)
{
    session->id = make_id(NONCE_NONE, NONCE_NONE);
    session->state = SESSION_NONE;
    return send_any(session, SESSION_TERMINATE, "", 0);
}

bool session_start(struct session *session)
{
    const uint8_t version = SESSION_VERSION;
    next_nonce(session);
    session->id = make_id(session->nonce, NONCE_NONE);
    /* Before sending: where both ends live in one process, the reply comes from inside it. */
    session->state = SESSION_START_SENT;
    bool sent = send_any(session, SESSION_START_INIT, &version, sizeof(version));
    if (!sent)
        session->state = SESSION_NONE;
    return sent;
}

bool session_send_begin(struct session *session, enum session_message type, size_t body_size_bytes)
{
    if (session->state != SESSION_ESTABLISHED && type != SESSION_LOG)
        return false;
    return send_begin_any(session, type, body_size_bytes);
}

bool session_send_chunk(struct session *session, const void *data, size_t size_bytes)
{
    return frame_payload(&session->encoder, data, size_bytes);
}

bool session_send_end(struct session *session)
{
    return frame_end(&session->encoder);
}

bool session_send(struct session *session, enum session_message type, const void *body,
                  size_t body_size_bytes)
{
    return session_send_begin(session, type, body_size_bytes) &&
           session_send_chunk(session, body, body_size_bytes) && session_send_end(session);
}

/* ---- receiving ---- */

static void tell(struct session *session, enum session_message type, uint8_t *body,
                 size_t body_size_bytes)
{
    session->handler.message(session->handler.context, type, body, body_size_bytes);
}

static void accept_start(struct session *session, uint16_t id)
{
    const uint8_t version = SESSION_VERSION;
    next_nonce(session);
    session->id = make_id(initiator_nonce(id), session->nonce);
    session->state = SESSION_NONE;
    if (!send_any(session, SESSION_START_REPLY, &version, sizeof(version)))
        return; /* the line is gone: so is the session */
    session->state = SESSION_ESTABLISHED;
    tell(session, SESSION_START_REPLY, NULL, 0);
}

static void take_start_init(struct session *session, uint16_t id, uint8_t version)
{
    uint8_t theirs = initiator_nonce(id);
    if (theirs == NONCE_NONE || version != SESSION_VERSION)
        return;
    if (session->state != SESSION_START_SENT) {
        accept_start(session, id);
        return;
    }
    /* Both sides began at the same time: the lower nonce wins, a tie begins again. A failing
     * line shows at the next send. */
    if (theirs < session->nonce)
        accept_start(session, id);
    else if (theirs == session->nonce)
        (void)session_start(session);
}

/* A reply that comes when none is due is a leftover of an earlier attempt, and ignored. */
static void take_start_reply(struct session *session, uint16_t id, uint8_t version)
{
    if (session->state != SESSION_START_SENT || version != SESSION_VERSION)
        return;
    if (responder_nonce(id) == NONCE_NONE || initiator_nonce(id) != session->nonce)
        return;
    session->id = id;
    session->state = SESSION_ESTABLISHED;
    tell(session, SESSION_START_REPLY, NULL, 0);
}

static void take_message(struct session *session)
{
    const uint8_t *header = session->buffer;
    uint8_t *body = session->buffer + SESSION_HEADER_SIZE;
    size_t body_size_bytes = session->buffer_size - SESSION_HEADER_SIZE;
    uint16_t id = make_id(header[0], header[1]);

    switch (header[HEADER_TYPE]) {
    case SESSION_START_INIT:
        if (body_size_bytes > 0)
            take_start_init(session, id, body[0]);
        break;
    case SESSION_START_REPLY:
        if (body_size_bytes > 0)
            take_start_reply(session, id, body[0]);
        break;
    case SESSION_TERMINATE:
        if (session->state == SESSION_ESTABLISHED) {
            session->state = SESSION_NONE;
            tell(session, SESSION_TERMINATE, NULL, 0);
        }
        break;
    case SESSION_LOG:
        if (id == 0 || id == session->id)
            tell(session, SESSION_LOG, body, body_size_bytes);
        break;
    case SESSION_NORMAL:
        if (session->state == SESSION_ESTABLISHED && id == session->id)
            tell(session, SESSION_NORMAL, body, body_size_bytes);
        break;
    default: /* of a protocol to come: not for us */
        break;
    }
}

static bool on_begin(void *context, uint32_t payload_size_bytes)
{
    struct session *session = context;
    session->buffer_size = 0;
    if (payload_size_bytes <= session->buffer_capacity)
        return true;
    session->dropped_messages++;
    if (session->handler.too_large)
        session->handler.too_large(session->handler.context, payload_size_bytes);
    return false;
}

static void on_payload(void *context, const uint8_t *data, size_t size_bytes)
{
    struct session *session = context;
    memcpy(session->buffer + session->buffer_size, data, size_bytes);
    session->buffer_size += size_bytes;
}

static void on_done(void *context, bool crc_ok)
{
    struct session *session = context;
    if (!crc_ok || session->buffer_size < SESSION_HEADER_SIZE)
        session->dropped_messages++;
    else
        take_message(session);
}

static void on_text(void *context, const uint8_t *data, size_t size_bytes)
{
    struct session *session = context;
    if (session->handler.text)
        session->handler.text(session->handler.context, data, size_bytes);
}

void session_init(struct session *session, const struct session_handler *handler,
                  frame_write_fn write, void *write_context, uint8_t *buffer,
                  size_t buffer_capacity, uint8_t nonce)
{
    memset(session, 0, sizeof(*session));
    session->handler = *handler;
    session->buffer = buffer;
    session->buffer_capacity = buffer_capacity;
    session->nonce = nonce;
    session->sink = (struct frame_sink){
        .context = session,
        .begin = on_begin,
        .payload = on_payload,
        .done = on_done,
        .text = on_text,
    };
    frame_decoder_init(&session->decoder, &session->sink);
    frame_encoder_init(&session->encoder, write, write_context);
}

void session_receive(struct session *session, const uint8_t *data, size_t size_bytes)
{
    frame_decoder_write(&session->decoder, data, size_bytes);
}
