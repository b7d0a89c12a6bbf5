#include "commands/rpc_server/args.h"

#include "bridge/socket.h"
#include "commands/seconds.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const struct option LONG_OPTIONS[] = {
    {"board", required_argument, NULL, 'b'},   {"host", required_argument, NULL, 'H'},
    {"port", required_argument, NULL, 'p'},    {"tracker", required_argument, NULL, 't'},
    {"key", required_argument, NULL, 'k'},     {"crt-dir", required_argument, NULL, 'c'},
    {"option", required_argument, NULL, 'o'},  {"protocol", required_argument, NULL, 'P'},
    {"timeout", required_argument, NULL, 's'}, {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
};

void rpc_server_args_help(FILE *out)
{
    fprintf(
        out,
        "usage: microtvm-qemu rpc-server (MODEL.tar | PROJECT_DIR) [--board NAME] [options]\n"
        "\n"
        "Serves an emulated board to TVM's RPC clients (tvm.rpc.connect). Each connection gets\n"
        "a freshly booted board; one is served at a time, the next one waits.\n"
        "\n"
        "  -b, --board NAME          the board, or the file of a definition of your own; for a\n"
        "                            project, the one it was made for\n"
        "      --host ADDRESS        where to listen (default 127.0.0.1: this machine only)\n"
        "  -p, --port PORT           default %d; 0 takes a free one\n"
        "      --tracker HOST:PORT   offer the board at a TVM RPC tracker, and again when the\n"
        "                            tracker comes back\n"
        "      --key KEY             what clients ask for; needed with --tracker\n"
        "      --crt-dir DIR         TVM's standalone_crt to build with (default: bundled)\n"
        "      --option NAME=VALUE   a project option, as the API server's (repeatable)\n"
        "      --protocol auto|crt|ffi\n"
        "                            what clients speak: TVM's RPC up to 0.20 (crt), or since "
        "0.21\n"
        "                            (ffi); default auto: found out for each\n"
        "      --timeout SECONDS     for one call on the board (default: none but that of the\n"
        "                            client, its session_timeout)\n"
        "  -v, --verbose             the build's output and the firmware's log, too\n"
        "  -h, --help\n"
        "\n"
        "example: microtvm-qemu rpc-server digits.tar --board mps2_an385\n"
        "         python: remote = tvm.rpc.connect(\"127.0.0.1\", %d)\n"
        "\n"
        "It serves until SIGINT or SIGTERM (exit status 130); else as for run: 2 bad usage,\n"
        "3 model archive refused, 4 build failed or does not fit, 5 device failure at the\n"
        "first boot, 6 a program is missing, 7 system error\n",
        RPC_SERVER_DEFAULT_PORT, RPC_SERVER_DEFAULT_PORT);
}

static bool parse_port(const char *option, const char *text, int least, int *ret_port,
                       struct error *err)
{
    char *end;
    long port = strtol(text, &end, 10);
    if (end == text || *end != '\0' || port < least || port > 65535)
        return error_set(err, ERROR_USAGE, 0, "--%s \"%s\": give a port from %d to 65535", option,
                         text, least);
    *ret_port = (int)port;
    return true;
}

static bool parse_tracker(struct rpc_server_args *args, const char *text, struct error *err)
{
    const char *colon = strrchr(text, ':');
    if (!colon || colon == text)
        return error_set(err, ERROR_USAGE, 0, "--tracker \"%s\": give HOST:PORT", text);
    if (!parse_port("tracker", colon + 1, 1, &args->tracker_port, err))
        return false;
    free(args->tracker_host);
    args->tracker_host = strndup(text, (size_t)(colon - text));
    return args->tracker_host ? true : error_no_memory(err, "an argument", strlen(text));
}

static bool parse_protocol(const char *text, enum rpc_dialect *ret_dialect, struct error *err)
{
    static const char *const names[] = {
        [RPC_DIALECT_UNKNOWN] = "auto",
        [RPC_DIALECT_CRT] = "crt",
        [RPC_DIALECT_FFI] = "ffi",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(text, names[i]) == 0) {
            *ret_dialect = (enum rpc_dialect)i;
            return true;
        }
    return error_set(err, ERROR_USAGE, 0,
                     "--protocol \"%s\": give auto, crt (clients of TVM up to 0.20) or ffi (since "
                     "0.21)",
                     text);
}

static bool take_option(struct rpc_server_args *args, int id, const char *value, struct error *err)
{
    switch (id) {
    case 'b':
        args->board = value;
        return true;
    case 'H':
        args->host = value;
        return true;
    case 'p':
        return parse_port("port", value, 0, &args->port, err);
    case 't':
        return parse_tracker(args, value, err);
    case 'k':
        args->key = value;
        return true;
    case 'c':
        args->crt_dir = value;
        return true;
    case 'o':
        return option_arguments_add(&args->options, value, err);
    case 'P':
        return parse_protocol(value, &args->dialect, err);
    case 's':
        return seconds_parse("timeout", value, &args->timeout_ms, err);
    case 'v':
        args->verbose = true;
        return true;
    default:
        args->help = true;
        return true;
    }
}

/* TVM's greeting ends the key at a blank; its tracker cuts a match key at the last ':'. */
static bool check_key(const char *key, struct error *err)
{
    if (strlen(key) > RPC_SERVER_KEY_MAX || strpbrk(key, " \t\r\n:"))
        return error_set(err, ERROR_USAGE, 0,
                         "--key \"%s\": at most %d characters, no blanks and no ':'", key,
                         RPC_SERVER_KEY_MAX);
    return true;
}

static bool check(const struct rpc_server_args *args, struct error *err)
{
    if (!args->source)
        return error_set(err, ERROR_USAGE, 0,
                         "no model: give MODEL.tar or PROJECT_DIR (see --help)");
    if (!check_key(args->key, err))
        return false;
    if (!args->tracker_host)
        return true;
    if (args->key[0] == '\0')
        return error_set(err, ERROR_USAGE, 0,
                         "--tracker needs --key KEY: what clients will ask the tracker for");
    if (socket_is_loopback(args->host) && !socket_is_loopback(args->tracker_host))
        return error_set(err, ERROR_USAGE, 0,
                         "--tracker %s is on another machine, but this server would listen on %s "
                         "only, where no other machine can reach it: give --host 0.0.0.0 or an "
                         "address of this machine",
                         args->tracker_host, args->host);
    return true;
}

bool rpc_server_args_parse(int argc, char **argv, struct rpc_server_args *args, struct error *err)
{
    *args =
        (struct rpc_server_args){.host = "127.0.0.1", .port = RPC_SERVER_DEFAULT_PORT, .key = ""};
    optind = 0;
    opterr = 0;
    for (int id; (id = getopt_long(argc, argv, ":b:p:vh", LONG_OPTIONS, NULL)) != -1;) {
        if (id == '?' || id == ':')
            return error_set(err, ERROR_USAGE, 0, "%s: %s (see --help)", argv[optind - 1],
                             id == ':' ? "needs a value" : "no such option");
        if (!take_option(args, id, optarg, err))
            return false;
    }
    if (args->help)
        return true;
    if (argc - optind > 1)
        return error_set(err, ERROR_USAGE, 0, "\"%s\": one model or project only",
                         argv[optind + 1]);
    args->source = argv[optind];
    return check(args, err);
}

void rpc_server_args_dispose(struct rpc_server_args *args)
{
    free(args->tracker_host);
    args->tracker_host = NULL;
    option_arguments_dispose(&args->options);
}
