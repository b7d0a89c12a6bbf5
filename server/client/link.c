#include "client/link.h"

#include "base/cleanup.h"

#include <string.h>
#include <sys/random.h>
#include <tvm/runtime/crt/rpc_common/session.h>

enum { LINE_SIZE = 512, READ_SIZE = 16 * 1024 };

/* The first thing that went wrong while bytes were taken in. */
enum link_fault { FAULT_NONE, FAULT_TERMINATED, FAULT_RESTARTED, FAULT_EXTRA_REPLY };

struct link {
    struct link_stream stream;
    struct session session;
    enum link_fault fault;
    /* A message goes out with one write: the encoder's pieces are gathered here. */
    uint8_t *out;
    size_t out_size_bytes;
    size_t out_capacity_bytes;
    bool established;
    bool reply_ready;
    size_t reply_size_bytes;
    size_t line_size;
    char line[LINE_SIZE];
    uint8_t in[READ_SIZE];
    uint8_t message[LINK_MESSAGE_MAX_BYTES];
    uint8_t reply[LINK_MESSAGE_MAX_BYTES];
};

static bool gather(void *context, const uint8_t *data, size_t size_bytes)
{
    struct link *link = context;
    if (link->out_capacity_bytes - link->out_size_bytes < size_bytes) {
        size_t capacity = (link->out_size_bytes + size_bytes) * 2;
        uint8_t *grown = realloc(link->out, capacity);
        if (!grown)
            return false;
        link->out = grown;
        link->out_capacity_bytes = capacity;
    }
    memcpy(link->out + link->out_size_bytes, data, size_bytes);
    link->out_size_bytes += size_bytes;
    return true;
}

static void end_line(struct link *link)
{
    if (link->line_size == 0)
        return;
    link->line[link->line_size] = '\0';
    link->line_size = 0;
    if (link->stream.log)
        link->stream.log(link->stream.context, link->line);
}

/* Console text in pieces; control and other unprintable bytes are of no use to a reader. */
static void take_text(void *context, const uint8_t *data, size_t size_bytes)
{
    struct link *link = context;
    for (size_t i = 0; i < size_bytes; i++) {
        if (data[i] == '\n' || link->line_size == LINE_SIZE - 1)
            end_line(link);
        if (data[i] >= ' ' && data[i] < 0x7f)
            link->line[link->line_size++] = (char)data[i];
    }
}

static void set_fault(struct link *link, enum link_fault fault)
{
    if (link->fault == FAULT_NONE)
        link->fault = fault;
}

static void take_message(void *context, enum session_message type, uint8_t *body,
                         size_t body_size_bytes)
{
    struct link *link = context;
    switch (type) {
    case SESSION_START_REPLY:
        if (link->established)
            set_fault(link, FAULT_RESTARTED);
        link->established = true;
        break;
    case SESSION_TERMINATE:
        set_fault(link, FAULT_TERMINATED);
        break;
    case SESSION_LOG:
        end_line(link);
        take_text(link, body, body_size_bytes);
        end_line(link);
        break;
    case SESSION_NORMAL:
        if (link->reply_ready) {
            set_fault(link, FAULT_EXTRA_REPLY);
            break;
        }
        memcpy(link->reply, body, body_size_bytes); /* both buffers hold LINK_MESSAGE_MAX_BYTES */
        link->reply_size_bytes = body_size_bytes;
        link->reply_ready = true;
        break;
    default:
        break;
    }
}

/* How many bytes surely follow: the decoder's state 0 is "between frames". */
static size_t least_to_come(const struct link *link)
{
    const struct frame_decoder *decoder = &link->session.decoder;
    return decoder->state != 0 && decoder->remaining > 0 ? decoder->remaining : 1;
}

static bool check_faults(const struct link *link, size_t dropped_before, struct error *err)
{
    switch (link->fault) {
    case FAULT_TERMINATED:
        return error_set(err, ERROR_DEVICE, 0,
                         "the device ended the session (its firmware has restarted)");
    case FAULT_RESTARTED:
        return error_set(err, ERROR_DEVICE, 0, "the device started another session unasked");
    case FAULT_EXTRA_REPLY:
        return error_set(err, ERROR_DEVICE, 0, "the device sent two replies to one request");
    default:
        break;
    }
    if (link->session.dropped_messages != dropped_before)
        return error_set(err, ERROR_DEVICE, 0,
                         "the device sent a message that is damaged (wrong CRC) or over %d bytes",
                         (int)LINK_MESSAGE_MAX_BYTES);
    return true;
}

static bool flush(struct link *link, struct deadline deadline, struct error *err)
{
    size_t size_bytes = link->out_size_bytes;
    link->out_size_bytes = 0;
    return link->stream.write(link->stream.context, link->out, size_bytes, deadline, err);
}

/* Take in bytes until *done. The deadline is for that: it also ends a device that sends and sends.
 */
static bool receive_until(struct link *link, const bool *done, struct deadline deadline,
                          struct error *err)
{
    size_t dropped_before = link->session.dropped_messages;
    bool looked = false;
    while (!*done) {
        if (looked && deadline_passed(deadline))
            return error_set(err, ERROR_TIMEOUT, 0, "much came in time, but not the answer");
        size_t least = least_to_come(link);
        size_t size_bytes;
        if (!link->stream.read(link->stream.context, link->in, sizeof(link->in),
                               least < sizeof(link->in) ? least : sizeof(link->in), &size_bytes,
                               deadline, err))
            return false;
        looked = true;
        /* What is damaged before a session exists is noise of a board that just started. */
        bool in_session = link->established;
        session_receive(&link->session, link->in, size_bytes);
        if (in_session && !check_faults(link, dropped_before, err))
            return false;
    }
    return true;
}

static uint8_t random_nonce(void)
{
    uint8_t nonce = 0;
    /* Only distinctness from the last session matters: any fixed value does when the system has no
     * randomness to give. */
    if (getrandom(&nonce, sizeof(nonce), GRND_NONBLOCK) != sizeof(nonce) || nonce == 0)
        nonce = 0x5a;
    return nonce;
}

bool link_open(const struct link_stream *stream, struct deadline deadline, struct link **ret_link,
               struct error *err)
{
    struct link *link = calloc(1, sizeof(*link));
    if (!link)
        return error_no_memory(err, "a session", sizeof(*link));
    link->stream = *stream;
    struct session_handler handler = {
        .context = link,
        .message = take_message,
        .text = take_text,
    };
    session_init(&link->session, &handler, gather, link, link->message, sizeof(link->message),
                 random_nonce());
    if (!session_start(&link->session)) {
        link_close(link);
        return error_no_memory(err, "a session's first message", 0);
    }
    if (!flush(link, deadline, err) || !receive_until(link, &link->established, deadline, err)) {
        link_close(link);
        return error_wrap(err, "starting a session with the device");
    }
    *ret_link = link;
    return true;
}

void link_close(struct link *link)
{
    if (!link)
        return;
    free(link->out);
    free(link);
}

bool link_request(struct link *link, const void *body, size_t body_size_bytes,
                  struct deadline deadline, const uint8_t **ret_reply, size_t *ret_size_bytes,
                  struct error *err)
{
    if (!check_faults(link, link->session.dropped_messages, err))
        return false;
    link->reply_ready = false;
    link->out_size_bytes = 0;
    if (!session_send(&link->session, SESSION_NORMAL, body, body_size_bytes))
        return error_no_memory(err, "a message", body_size_bytes);
    if (!flush(link, deadline, err) || !receive_until(link, &link->reply_ready, deadline, err))
        return false;
    *ret_reply = link->reply;
    *ret_size_bytes = link->reply_size_bytes;
    return true;
}
