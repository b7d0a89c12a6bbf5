#include "commands/rpc_server/session.h"

#include "bridge/dialect/dialect.h"
#include "client/link.h"
#include "client/wire.h"
#include "commands/board_stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <tvm/runtime/crt/rpc_common/session.h>

enum {
    SESSION_START_TIMEOUT_MS = 10 * 1000,
    REPLY_TIMEOUT_MS = 60 * 1000, /* for a client to take a reply */
    FINISH_TIMEOUT_MS = 1000,     /* for a client to take an exception; others wait meanwhile */
    WHAT_SIZE = 64,
};

static void say(const struct rpc_session *session, const struct socket *socket, const char *what)
{
    char line[SOCKET_NAME_SIZE + WHAT_SIZE + 2];
    snprintf(line, sizeof(line), "%s: %s", socket->peer, what);
    session->on_event(session->context, line);
}

/* What one client is served with. */
struct service {
    const struct rpc_session *session;
    struct socket *socket;
    struct board_stream stream;
    struct link *link;
    struct deadline until; /* the end that the client itself has set */
    struct dialect dialect;
};

/* While the board is waited for, a client that leaves ends the wait: there is nobody to answer, and
 * a firmware that never answers must not keep the next client waiting. */
static void watch_client(const struct service *service)
{
    service->session->interrupt->peer_fd = service->socket->fd;
}

/* After such a wait: whose failure is it? A board that is gone is no client that has left. */
static bool unwatch_client(const struct service *service, bool good, struct error *err)
{
    service->session->interrupt->peer_fd = -1;
    if (good)
        return true;
    if (err->kind == ERROR_CLOSED)
        err->kind = ERROR_DEVICE;
    if (err->kind == ERROR_INTERRUPTED && err->os == 0)
        err->kind = ERROR_CLOSED;
    return board_stream_add_log(&service->stream, err);
}

static bool power_on(struct service *service, struct error *err)
{
    struct link_stream stream = board_stream_link(&service->stream);
    watch_client(service);
    bool good = board_open(service->session->board, err);
    service->stream.failed = !good;
    good =
        good && link_open(&stream, deadline_in_ms(SESSION_START_TIMEOUT_MS), &service->link, err);
    return unwatch_client(service, good, err);
}

/* A firmware drops what is larger than its buffer, and some runtimes do so without a word. */
static bool check_size(const struct service *service, const struct packet *packet,
                       struct error *err)
{
    uint64_t most = service->session->packet_size_bytes - SESSION_HEADER_SIZE;
    if (packet->size_bytes <= most)
        return true;
    return error_set(err, ERROR_USAGE, 0,
                     "a message of %zu bytes: board \"%s\" takes at most %" PRIu64
                     ": raise its option rpc_packet_size_bytes (%" PRIu64
                     " now, with %d of header)",
                     packet->size_bytes, service->session->board_name, most,
                     service->session->packet_size_bytes, SESSION_HEADER_SIZE);
}

/* A message to the board, and its answer. */
static bool ask(struct service *service, const struct packet *packet, const uint8_t **ret_reply,
                size_t *ret_size_bytes, struct error *err)
{
    int64_t timeout_ms = service->session->timeout_ms;
    struct deadline deadline = timeout_ms > 0 ? deadline_in_ms(timeout_ms) : deadline_never();
    watch_client(service);
    bool good =
        link_request(service->link, packet->data, packet->size_bytes,
                     deadline_earlier(deadline, service->until), ret_reply, ret_size_bytes, err);
    if (!good && err->kind == ERROR_TIMEOUT && deadline_passed(service->until))
        error_set(err, ERROR_TIMEOUT, 0, "the board did not answer");
    else if (!good && err->kind == ERROR_TIMEOUT)
        error_set(err, ERROR_TIMEOUT, 0,
                  "the board did not answer within %g s: start rpc-server with a longer --timeout, "
                  "if the model may take that long",
                  (double)timeout_ms / 1000);
    return unwatch_client(service, good, err);
}

static void say_dialect(const struct service *service, enum rpc_dialect before)
{
    if (before != service->dialect.speaks && service->dialect.speaks == RPC_DIALECT_FFI)
        say(service->session, service->socket, "speaks the RPC of TVM since 0.21");
}

/* A packet to the board, and what it says to the client. */
static bool carry_one(struct service *service, const struct packet *packet, struct error *err)
{
    struct dialect *dialect = &service->dialect;
    enum rpc_dialect before = dialect->speaks;
    const struct packet *message = packet;
    const uint8_t *reply;
    size_t reply_bytes;
    struct error refusal;
    bool is_said = check_size(service, packet, &refusal) &&
                   dialect_request(dialect, packet, &message, &refusal) &&
                   check_size(service, message, &refusal);
    say_dialect(service, before);
    if (!is_said)
        return dialect_send_exception(dialect, service->socket, refusal.text,
                                      deadline_in_ms(REPLY_TIMEOUT_MS), err);
    return ask(service, message, &reply, &reply_bytes, err) &&
           dialect_reply(dialect, reply, reply_bytes, &reply, &reply_bytes, err) &&
           socket_write(service->socket, reply, reply_bytes, deadline_in_ms(REPLY_TIMEOUT_MS), err);
}

/* Until the client leaves. */
static bool carry(struct service *service, struct error *err)
{
    struct packet packet = {0};
    bool good = true;
    while (good) {
        good = packet_receive(service->socket, service->until, &packet, err);
        if (good && packet_code(&packet) == RPC_SHUTDOWN) /* the only one without an answer */
            break;
        good = good && carry_one(service, &packet, err);
    }
    packet_dispose(&packet);
    return good;
}

static bool serve_on_board(struct service *service, struct error *err)
{
    bool good = power_on(service, err) && carry(service, err);
    link_close(service->link);
    board_close(service->session->board);
    return good;
}

/* A client that has not said enough to tell how to answer it is heard for a moment longer. */
static void find_dialect(struct service *service)
{
    struct deadline until = deadline_in_ms(FINISH_TIMEOUT_MS);
    struct packet packet = {0};
    const struct packet *ignored_packet;
    struct error ignored;
    struct dialect *dialect = &service->dialect;
    while (dialect->speaks == RPC_DIALECT_UNKNOWN &&
           (!dialect_owes_beginning(dialect) ||
            dialect_send_beginning(dialect, service->socket, until, &ignored)) &&
           packet_receive(service->socket, until, &packet, &ignored) &&
           dialect_request(dialect, &packet, &ignored_packet, &ignored)) {
    }
    packet_dispose(&packet);
}

/* Tell the client and the person at the server how it ended. */
static void end(struct service *service, bool left, int64_t began_ns, const struct error *failure)
{
    const struct rpc_session *session = service->session;
    struct socket *socket = service->socket;
    char what[WHAT_SIZE];
    struct error ignored; /* a client that does not want to know misses it */
    snprintf(what, sizeof(what), "%s after %.1f s", left ? "left" : "failed",
             (double)(clock_now_ns() - began_ns) / 1e9);
    say(session, socket, what);
    if (left)
        return;
    session->on_event(session->context, failure->text);
    find_dialect(service);
    (void)dialect_send_exception(&service->dialect, socket, failure->text,
                                 deadline_in_ms(REPLY_TIMEOUT_MS), &ignored);
    socket_finish(socket, deadline_in_ms(FINISH_TIMEOUT_MS));
}

bool rpc_session_serve(const struct rpc_session *session, struct visitor *visitor,
                       struct error *err)
{
    struct socket *socket = &visitor->socket;
    double timeout_s = visitor->session_timeout_s;
    int64_t began_ns = clock_now_ns();
    struct deadline until =
        timeout_s > 0 ? deadline_in_ms((int64_t)(timeout_s * 1000)) : deadline_never();
    struct error failure = {.kind = ERROR_NONE};
    struct service service = {
        .session = session,
        .socket = socket,
        .stream = {.board = session->board, .on_log = session->on_log, .context = session->context},
        .until = until,
    };
    dialect_init(&service.dialect, session->dialect);
    say(session, socket, "connected");
    bool good = serve_on_board(&service, &failure);
    bool interrupted = failure.kind == ERROR_INTERRUPTED;
    if (failure.kind == ERROR_TIMEOUT && deadline_passed(until))
        error_wrap(&failure, /* TVM's clients know this name by its text */
                   "RPCSessionTimeoutError: the session's %g s are over (connect with a longer "
                   "session_timeout, if the model may take that long)",
                   timeout_s);
    if (interrupted)
        *err = failure;
    else
        end(&service, good || failure.kind == ERROR_CLOSED, began_ns, &failure);
    dialect_dispose(&service.dialect);
    socket_close(socket);
    return !interrupted;
}
