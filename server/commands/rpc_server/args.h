/* The command line of `microtvm-qemu rpc-server`. */
#ifndef MICROTVM_QEMU_COMMANDS_RPC_SERVER_ARGS_H
#define MICROTVM_QEMU_COMMANDS_RPC_SERVER_ARGS_H

#include "base/error.h"
#include "bridge/dialect/sequence.h"
#include "commands/option_arguments.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { RPC_SERVER_DEFAULT_PORT = 9090, RPC_SERVER_KEY_MAX = 200 };

struct rpc_server_args {
    const char *source; /* a model archive or a project folder; strings are argv's unless said */
    const char *board;  /* NULL: the project's */
    const char *host;
    int port;
    char *tracker_host; /* owned; NULL: no tracker */
    int tracker_port;
    const char *key;
    const char *crt_dir; /* NULL: the bundled runtime */
    struct option_arguments options;
    enum rpc_dialect dialect; /* that clients speak; unknown: found out for each */
    int64_t timeout_ms;       /* of one call on the board; 0: none */
    bool verbose;
    bool help;
};

/* Errors: ERROR_USAGE with the argument and what to give instead; ERROR_INTERNAL (memory). With
 * --help nothing else is asked for. The caller disposes of *args, also when this failed. */
bool rpc_server_args_parse(int argc, char **argv, struct rpc_server_args *args, struct error *err);
void rpc_server_args_dispose(struct rpc_server_args *args);
void rpc_server_args_help(FILE *out);

#endif
