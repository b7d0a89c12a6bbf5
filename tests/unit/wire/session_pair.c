#include "unit/wire/session_pair.h"

#include <check.h>
#include <string.h>

bool end_put(void *context, const uint8_t *data, size_t size_bytes)
{
    struct end *to = ((struct end *)context)->peer;
    if (((struct end *)context)->line_is_gone)
        return false;
    ck_assert_uint_le(size_bytes, PIPE_SIZE - to->pipe_size);
    memcpy(to->pipe + to->pipe_size, data, size_bytes);
    to->pipe_size += size_bytes;
    return true;
}

static void hear(void *context, enum session_message type, uint8_t *body, size_t body_size_bytes)
{
    struct end *end = context;
    ck_assert_int_lt(end->heard_count, HEARD_MAX);
    ck_assert_uint_le(body_size_bytes, BUFFER_SIZE - SESSION_HEADER_SIZE);
    end->heard[end->heard_count++] = type;
    end->body_size = body_size_bytes;
    if (body_size_bytes > 0)
        memcpy(end->body, body, body_size_bytes);
}

static void hear_too_large(void *context, size_t size_bytes)
{
    struct end *end = context;
    end->too_large = size_bytes;
}

static void hear_text(void *context, const uint8_t *data, size_t size_bytes)
{
    struct end *end = context;
    (void)data;
    end->text_size += size_bytes;
}

void open_end(struct end *end, struct end *peer, uint8_t nonce)
{
    const struct session_handler handler = {end, hear, hear_text, hear_too_large};
    memset(end, 0, sizeof(*end));
    end->peer = peer;
    session_init(&end->session, &handler, end_put, end, end->buffer, sizeof(end->buffer), nonce);
}

void receive(struct end *end)
{
    uint8_t bytes[PIPE_SIZE];
    size_t size = end->pipe_size;
    memcpy(bytes, end->pipe, size);
    end->pipe_size = 0;
    session_receive(&end->session, bytes, size);
}

void settle(struct end *a, struct end *b)
{
    while (a->pipe_size > 0 || b->pipe_size > 0) {
        receive(a);
        receive(b);
    }
}

struct end host;
struct end device;

void open_both(void)
{
    open_end(&host, &device, 10);
    open_end(&device, &host, 20);
}

void establish(void)
{
    open_both();
    ck_assert(session_start(&host.session));
    settle(&host, &device);
    ck_assert_int_eq(host.session.state, SESSION_ESTABLISHED);
    ck_assert_int_eq(device.session.state, SESSION_ESTABLISHED);
    host.heard_count = 0;
    device.heard_count = 0;
}
