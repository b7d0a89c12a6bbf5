/* microtvm-qemu rpc-server: an emulated board as a TVM RPC server. */
#include "api/options.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "board/board.h"
#include "bridge/tracker.h"
#include "commands/commands.h"
#include "commands/exit_code.h"
#include "commands/pipeline.h"
#include "commands/rpc_server/args.h"
#include "commands/rpc_server/session.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct rpc_server {
    struct rpc_server_args args;
    struct report report;
    struct interrupt interrupt;
    struct settings settings;
    struct pipeline pipeline;
    struct tracker tracker;
    struct socket_pump pump; /* the board's, for the clients' sockets */
    struct reception *reception;
    struct background greeting; /* of newcomers, beside a build and while one is served */
    int listen_fd;
    int port;
};

static void tell(void *context, const char *line)
{
    (void)context;
    text_print_line(stderr, "", line);
}

static int board_fds(void *context, struct pollfd *fds)
{
    const struct rpc_server *server = context;
    return server->pipeline.board ? board_pump_fds(server->pipeline.board, fds) : 0;
}

static void board_run(void *context)
{
    const struct rpc_server *server = context;
    board_pump(server->pipeline.board);
}

static void receive(void *context)
{
    reception_run(context);
}

static void take_key(void *context, const char *match_key)
{
    const struct rpc_server *server = context;
    reception_set_key(server->reception, match_key, true);
}

/* From now on everybody who comes is greeted at once. */
static bool open_reception(struct rpc_server *server, struct error *err)
{
    const struct rpc_server_args *args = &server->args;
    server->pump = (struct socket_pump){.context = server, .fds = board_fds, .run = board_run};
    const struct reception_options options = {
        .listen_fd = server->listen_fd,
        .server_key = args->key,
        .interrupt = &server->interrupt,
        .pump = &server->pump,
        .on_event = tell,
    };
    if (!reception_open(&options, &server->reception, err))
        return false;
    if (!args->tracker_host)
        reception_set_key(server->reception, args->key, false);
    server->greeting = (struct background){
        .fd = reception_fd(server->reception), .run = receive, .context = server->reception};
    return true;
}

/* While something else has the board; false: it is free. */
static void set_busy(struct rpc_server *server, bool busy)
{
    server->interrupt.background = busy ? &server->greeting : NULL;
    reception_set_busy(server->reception, busy);
}

static bool serve_one(struct rpc_server *server, struct visitor *visitor, struct error *err)
{
    const struct rpc_session session = {
        .board = server->pipeline.board,
        .board_name = server->pipeline.machine.name,
        .packet_size_bytes = pipeline_packet_size_bytes(&server->pipeline),
        .dialect = server->args.dialect,
        .timeout_ms = server->args.timeout_ms,
        .interrupt = &server->interrupt,
        .on_log = server->args.verbose ? tell : NULL,
        .on_event = tell,
    };
    set_busy(server, true);
    bool good = rpc_session_serve(&session, visitor, err);
    set_busy(server, false);
    if (server->args.tracker_host)
        tracker_offer(&server->tracker);
    return good;
}

/* Nobody is there: until somebody comes, or the tracker has something to say. The board is kept
 * drained. */
static bool wait_for_news(struct rpc_server *server, struct error *err)
{
    struct pollfd fds[2 + SOCKET_PUMP_FDS] = {
        {.fd = reception_fd(server->reception), .events = POLLIN},
        {.fd = -1},
    };
    struct deadline due = deadline_never();
    if (server->args.tracker_host) {
        fds[1] = tracker_poll_fd(&server->tracker);
        due = server->tracker.due;
    }
    int count = 2 + board_fds(server, fds + 2);
    int ready = 0;
    if (!wait_ready(fds, count, due, &server->interrupt, &ready, err))
        return false;
    for (int i = 2; i < count; i++)
        if (fds[i].revents) {
            board_run(server);
            break;
        }
    return true;
}

static bool serve_forever(struct rpc_server *server, struct error *err)
{
    const struct rpc_server_args *args = &server->args;
    tracker_init(&server->tracker, args->tracker_host, args->tracker_port, args->key, server->port);
    server->tracker.on_key = take_key;
    server->tracker.on_event = tell;
    server->tracker.context = server;
    bool good = true;
    while (good) {
        struct visitor visitor;
        bool taken = false;
        reception_run(server->reception); /* who has left is not served */
        good = (!args->tracker_host || tracker_run(&server->tracker, err)) &&
               reception_next(server->reception, &visitor, &taken, err);
        if (good)
            good = taken ? serve_one(server, &visitor, err) : wait_for_news(server, err);
    }
    tracker_close(&server->tracker);
    return false;
}

/* A project that exists takes the options that one may change from build to build. */
static bool apply_to_project(const struct rpc_server_args *args, struct manifest *manifest,
                             struct error *err)
{
    __attribute__((cleanup(manifest_dispose))) struct manifest made = {0};
    if (!manifest_load(args->source, &made, err))
        return false;
    cleanup_free char *board = args->board ? strdup(args->board) : NULL;
    if (!option_arguments_find_board(&board, err))
        return false;
    if (board && made.settings.board && strcmp(board, made.settings.board) != 0)
        return error_set(err, ERROR_USAGE, 0,
                         "--board %s: project %s was made for board \"%s\": leave it out, or give "
                         "the model archive instead",
                         args->board, args->source, made.settings.board);
    return option_arguments_apply(&args->options, NULL, &manifest->settings, err) &&
           options_check_fixed(&made.settings, &manifest->settings, err) &&
           option_arguments_check_host_driven("rpc-server", NULL, &manifest->settings, err);
}

static bool use_project(struct rpc_server *server, struct error *err)
{
    const struct rpc_server_args *args = &server->args;
    if (args->crt_dir)
        return error_set(err, ERROR_USAGE, 0,
                         "--crt-dir %s: project %s has its C runtime already: leave it out, or "
                         "give the model archive instead",
                         args->crt_dir, args->source);
    cleanup_free char *manifest = file_path("%s/project.json", args->source);
    if (!manifest)
        return error_no_memory(err, "a path", strlen(args->source));
    if (access(manifest, F_OK) != 0)
        return error_set(err, ERROR_USAGE, errno,
                         "%s is no project: give a generated project or a model archive", manifest);
    return pipeline_use_project(&server->pipeline, args->source, err) &&
           apply_to_project(args, &server->pipeline.manifest, err);
}

static bool make_project(struct rpc_server *server, struct error *err)
{
    const struct rpc_server_args *args = &server->args;
    struct pipeline *pipeline = &server->pipeline;
    /* A client may send them all the same. Our runtime then says whether they are others; TVM's
     * would write into flash. */
    server->settings.link_parameters = args->crt_dir == NULL;
    if (!option_arguments_apply(&args->options, args->board, &server->settings, err) ||
        !option_arguments_find_board(&server->settings.board, err) ||
        !option_arguments_check_host_driven("rpc-server", args->crt_dir, &server->settings, err))
        return false;
    if (!server->settings.board)
        return error_set(err, ERROR_USAGE, 0,
                         "no board: give --board NAME (`microtvm-qemu boards` lists them)");
    return pipeline_prepare(pipeline, NULL, err) &&
           pipeline_generate(pipeline, args->source, args->crt_dir, &server->settings, err);
}

/* A flashed board: from an archive, or from a project that was made before. */
static bool prepare_board(struct rpc_server *server, struct error *err)
{
    struct stat status;
    if (stat(server->args.source, &status) != 0)
        return error_set(err, ERROR_USAGE, errno, "model archive or project %s",
                         server->args.source);
    bool good = S_ISDIR(status.st_mode) ? use_project(server, err) : make_project(server, err);
    return good && pipeline_build(&server->pipeline, err) && pipeline_flash(&server->pipeline, err);
}

/* The port is taken first, for a build would be in vain without it; who connects meanwhile waits.
 */
static bool serve(struct rpc_server *server, struct error *err)
{
    const struct rpc_server_args *args = &server->args;
    if (!interrupt_open(&server->interrupt, err) ||
        !socket_listen(args->host, args->port, &server->listen_fd, &server->port, err) ||
        !open_reception(server, err))
        return false;
    set_busy(server, true);
    if (!prepare_board(server, err))
        return false;
    set_busy(server, false);
    bool is_ipv6 = strchr(args->host, ':') != NULL;
    printf(is_ipv6 ? "listening on [%s]:%d (board %s)\n" : "listening on %s:%d (board %s)\n",
           args->host, server->port, server->pipeline.machine.name);
    fflush(stdout);
    return serve_forever(server, err);
}

int command_rpc_server(int argc, char **argv)
{
    struct error err = {.kind = ERROR_NONE};
    struct rpc_server server = {.interrupt = {.signal_fd = -1, .peer_fd = -1}, .listen_fd = -1};
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
                                            .verbose = server.args.verbose,
                                            .debugs_graphs = true};
        (void)serve(&server, &err); /* it returns with a reason only */
        report_abandon(&server.report);
        server.interrupt.background = NULL;
        pipeline_dispose(&server.pipeline);
        reception_close(server.reception);
        if (server.listen_fd >= 0)
            close(server.listen_fd);
        interrupt_close(&server.interrupt);
        code = exit_with_error("rpc-server", &err);
    }
    settings_dispose(&server.settings);
    rpc_server_args_dispose(&server.args);
    return code;
}
