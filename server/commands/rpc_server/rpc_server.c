/* microtvm-qemu rpc-server: an emulated board as a TVM RPC server. */
#include "api/options.h"
#include "base/cleanup.h"
#include "base/file.h"
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

static bool take_client(struct rpc_server *server, const struct socket_pump *pump,
                        struct error *err)
{
    const struct rpc_server_args *args = &server->args;
    const struct rpc_session session = {
        .board = server->pipeline.board,
        .machine = &server->pipeline.machine,
        .interrupt = &server->interrupt,
        .match_key = args->tracker_host ? server->tracker.match_key : args->key,
        .server_key = args->key,
        .on_log = args->verbose ? tell : NULL,
        .on_event = tell,
    };
    struct socket socket = SOCKET_NONE;
    bool taken = false;
    bool matched = false;
    if (!socket_accept(server->listen_fd, &server->interrupt, pump, &socket, &taken, err))
        return false;
    if (taken && !rpc_session_serve(&session, &socket, &matched, err))
        return false;
    if (matched && args->tracker_host)
        tracker_offer(&server->tracker);
    return true;
}

static bool serve_forever(struct rpc_server *server, struct error *err)
{
    const struct rpc_server_args *args = &server->args;
    const struct socket_pump pump = {
        .context = server->pipeline.board, .fds = board_fds, .run = board_run};
    struct socket listener = {
        .fd = server->listen_fd, .interrupt = &server->interrupt, .pump = &pump};
    if (args->tracker_host) {
        tracker_init(&server->tracker, args->tracker_host, args->tracker_port, args->key,
                     server->port, &server->interrupt, &pump);
        server->tracker.on_event = tell;
    }
    bool good = true;
    while (good) {
        bool ready = false;
        good = !args->tracker_host || tracker_poll(&server->tracker, err);
        struct deadline next = args->tracker_host ? server->tracker.next : deadline_never();
        good = good && socket_wait(&listener, POLLIN, next, &ready, err) &&
               (!ready || take_client(server, &pump, err));
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
    if (args->board && made.settings.board && strcmp(args->board, made.settings.board) != 0)
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
    if (!option_arguments_apply(&args->options, args->board, &server->settings, err) ||
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
        !prepare_board(server, err))
        return false;
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
                                            .verbose = server.args.verbose};
        (void)serve(&server, &err); /* it returns with a reason only */
        report_abandon(&server.report);
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
