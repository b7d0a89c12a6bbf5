/* microtvm-qemu rpc-server: an emulated board as a TVM RPC server.
 *
 * TVM's messages are the same on a socket and on a serial line; only their envelope differs. So
 * each packet is carried over as it is, and its answer back. */
#include "board/board.h"
#include "bridge/handshake.h"
#include "bridge/tracker.h"
#include "client/link.h"
#include "commands/board_stream.h"
#include "commands/commands.h"
#include "commands/exit_code.h"
#include "commands/pipeline.h"
#include "commands/rpc_server_args.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SESSION_START_TIMEOUT_MS = 10 * 1000,
    REPLY_TIMEOUT_MS = 60 * 1000, /* for a client to take a reply */
    CODE_SHUTDOWN = 1,            /* TVM's RPCCode; the only message without an answer */
};

struct rpc_server {
    struct rpc_server_args args;
    struct report report;
    struct interrupt interrupt;
    struct settings settings;
    struct pipeline pipeline;
    struct tracker tracker;
    int listen_fd;
    int port;
};

static void tell(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "%s\n", line);
}

static int board_fds(void *context, struct pollfd *fds)
{
    return board_pump_fds(context, fds);
}

static void board_run(void *context)
{
    board_pump(context);
}

/* Carry packets until the client leaves. What the device fails with goes to the client, too. */
static bool carry(struct socket *socket, struct link *link, struct deadline until,
                  struct packet *packet, const struct board_stream *stream, struct error *err)
{
    for (;;) {
        const uint8_t *reply;
        size_t reply_size;
        if (!packet_receive(socket, until, packet, err))
            return false;
        if (packet_code(packet) == CODE_SHUTDOWN)
            return true;
        if (!link_request(link, packet->data, packet->size_bytes, until, &reply, &reply_size, err))
            return board_stream_add_log(stream, err);
        if (!socket_write(socket, reply, reply_size, deadline_in_ms(REPLY_TIMEOUT_MS), err))
            return false;
    }
}

static bool serve_on_board(struct rpc_server *server, struct socket *socket, struct deadline until,
                           struct error *err)
{
    struct board *board = server->pipeline.board;
    struct board_stream stream = {.board = board, .on_log = server->args.verbose ? tell : NULL};
    struct link_stream link_stream = board_stream_link(&stream);
    struct link *link = NULL;
    struct packet packet = {0};
    if (!board_open(board, err))
        return false;
    bool good = link_open(&link_stream, deadline_in_ms(SESSION_START_TIMEOUT_MS), &link, err)
                    ? carry(socket, link, until, &packet, &stream, err)
                    : board_stream_add_log(&stream, err);
    link_close(link);
    packet_dispose(&packet);
    board_close(board);
    return good;
}

/* One client, from greeting to leave. Its failures are its own: only an interrupt ends us. */
static bool serve_client(struct rpc_server *server, struct socket *socket, bool *ret_matched,
                         struct error *err)
{
    struct greeting greeting;
    const char *match = server->args.tracker_host ? server->tracker.match_key : server->args.key;
    if (!handshake_serve(socket, match, server->args.key, &greeting, err))
        return err->kind != ERROR_INTERRUPTED;
    *ret_matched = true;
    fprintf(stderr, "%s: connected\n", socket->peer);
    int64_t began_ns = clock_now_ns();
    struct deadline until = greeting.session_timeout_s > 0
                                ? deadline_in_ms((int64_t)(greeting.session_timeout_s * 1000))
                                : deadline_never();
    bool good = serve_on_board(server, socket, until, err);
    if (!good && err->kind == ERROR_INTERRUPTED)
        return false;
    if (!good && deadline_passed(until))
        error_set(err, ERROR_TIMEOUT, 0, "the session's %g s are over (session_timeout)",
                  greeting.session_timeout_s);
    bool left = good || err->kind == ERROR_CLOSED;
    if (!good) {
        struct error ignored; /* a client that has left hears nothing, and that is no fault */
        (void)packet_send_exception(socket, err->text, deadline_in_ms(REPLY_TIMEOUT_MS), &ignored);
    }
    fprintf(stderr, "%s: %s after %.1f s\n", socket->peer, left ? "left" : err->text,
            (double)(clock_now_ns() - began_ns) / 1e9);
    return true;
}

static bool take_client(struct rpc_server *server, const struct socket_pump *pump,
                        struct error *err)
{
    struct socket socket = SOCKET_NONE;
    bool taken = false;
    bool matched = false;
    if (!socket_accept(server->listen_fd, &server->interrupt, pump, &socket, &taken, err))
        return false;
    if (!taken)
        return true;
    struct error client_err = {.kind = ERROR_NONE};
    bool good = serve_client(server, &socket, &matched, &client_err);
    if (good && !matched)
        fprintf(stderr, "%s\n", client_err.text);
    socket_close(&socket);
    if (matched && server->args.tracker_host)
        tracker_offer(&server->tracker);
    if (!good)
        *err = client_err;
    return good;
}

static bool serve_forever(struct rpc_server *server, struct error *err)
{
    const struct socket_pump pump = {
        .context = server->pipeline.board, .fds = board_fds, .run = board_run};
    struct socket listener = {
        .fd = server->listen_fd, .interrupt = &server->interrupt, .pump = &pump};
    for (;;) {
        struct deadline next = deadline_never();
        if (server->args.tracker_host) {
            if (!tracker_poll(&server->tracker, err))
                return false;
            next = server->tracker.next;
        }
        bool ready = false;
        if (!socket_wait_readable(&listener, next, &ready, err))
            return false;
        if (ready && !take_client(server, &pump, err))
            return false;
    }
}

/* A flashed board: from an archive, or from a project that was made before. */
static bool prepare_board(struct rpc_server *server, struct error *err)
{
    struct pipeline *pipeline = &server->pipeline;
    const struct rpc_server_args *args = &server->args;
    struct stat status;
    if (stat(args->source, &status) == 0 && S_ISDIR(status.st_mode)) {
        if (!pipeline_use_project(pipeline, args->source, err) ||
            !option_arguments_apply(&args->options, args->board, &pipeline->manifest.settings, err))
            return false;
    } else {
        if (!option_arguments_apply(&args->options, args->board, &server->settings, err))
            return false;
        if (!server->settings.board)
            return error_set(err, ERROR_USAGE, 0,
                             "no board: give --board NAME (`microtvm-qemu boards` lists them)");
        if (!pipeline_prepare(pipeline, NULL, err) ||
            !pipeline_generate(pipeline, args->source, args->crt_dir, &server->settings, err))
            return false;
    }
    return pipeline_build(pipeline, err) && pipeline_flash(pipeline, err);
}

static bool serve(struct rpc_server *server, struct error *err)
{
    const struct rpc_server_args *args = &server->args;
    if (!interrupt_open(&server->interrupt, err) || !prepare_board(server, err) ||
        !socket_listen(args->host, args->port, &server->listen_fd, &server->port, err))
        return false;
    if (args->tracker_host) {
        tracker_init(&server->tracker, args->tracker_host, args->tracker_port, args->key,
                     server->port, &server->interrupt);
        server->tracker.on_event = tell;
    }
    printf("listening on %s:%d (board %s)\n", args->host, server->port,
           server->pipeline.machine.name);
    fflush(stdout);
    return serve_forever(server, err);
}

int command_rpc_server(int argc, char **argv)
{
    struct error err = {.kind = ERROR_NONE};
    struct rpc_server server = {.interrupt = {.signal_fd = -1, .peer_fd = -1}, .listen_fd = -1};
    server.tracker.socket = SOCKET_NONE;
    settings_init(&server.settings);
    int code = EXIT_CODE_OK;
    if (!rpc_server_args_parse(argc, argv, &server.args, &err)) {
        code = exit_with_error("rpc-server", &err);
    } else if (server.args.help) {
        rpc_server_args_help(stdout);
    } else {
        report_init(&server.report, stdout);
        server.pipeline = (struct pipeline){.command = "rpc-server",
                                            .interrupt = &server.interrupt,
                                            .report = &server.report,
                                            .verbose = server.args.verbose};
        (void)serve(&server, &err); /* it returns with a reason only */
        report_abandon(&server.report);
        tracker_close(&server.tracker);
        pipeline_dispose(&server.pipeline);
        if (server.listen_fd >= 0)
            close(server.listen_fd);
        interrupt_close(&server.interrupt);
        code = exit_with_error("rpc-server", &err);
    }
    settings_dispose(&server.settings);
    rpc_server_args_dispose(&server.args);
    return code;
}
