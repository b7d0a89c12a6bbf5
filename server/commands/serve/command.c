#include "commands/commands.h"
#include "commands/exit_code.h"
#include "commands/serve/serve.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
    "Usage: microtvm-qemu serve --read-fd N --write-fd N [--debug] [--project-dir DIR]\n"
    "\n"
    "The Project API server. TVM starts it by the launcher in a template or project folder.\n"
    "  --read-fd N        descriptor of requests, one JSON-RPC object a line\n"
    "  --write-fd N       descriptor of replies\n"
    "  --debug            requests, replies, the compiler and QEMU on standard error\n"
    "  --project-dir DIR  template or generated project (default: the working directory)\n"
    "\n"
    "Try it by hand:\n"
    "  echo '{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"server_info_query\",\n"
    "         \"params\": {\"tvm_version\": \"0.18.0\"}}' | tr -d '\\n' |\n"
    "    microtvm-qemu serve --read-fd 0 --write-fd 1\n";

enum { SIGNAL_EXIT_CODE = 128 };

static bool parse_fd(const char *name, const char *text, int *ret_fd)
{
    char *end = NULL;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && value >= 0 && value <= INT_MAX) {
        *ret_fd = (int)value;
        return true;
    }
    fprintf(stderr, "microtvm-qemu serve: --%s \"%s\": want the number of an open descriptor\n",
            name, text);
    return false;
}

/* Returns -1 to go on, else the exit code. */
static int parse_arguments(int argc, char **argv, struct serve_options *ret_options)
{
    static const struct option long_options[] = {
        {"read-fd", required_argument, NULL, 'r'}, {"write-fd", required_argument, NULL, 'w'},
        {"debug", no_argument, NULL, 'd'},         {"project-dir", required_argument, NULL, 'p'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
    struct serve_options options = {.read_fd = -1, .write_fd = -1};
    bool good = true;
    int option = 0;
    while (good && (option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            return EXIT_CODE_OK;
        }
        if (option == 'r')
            good = parse_fd("read-fd", optarg, &options.read_fd);
        else if (option == 'w')
            good = parse_fd("write-fd", optarg, &options.write_fd);
        else if (option == 'd')
            options.is_debugging = true;
        else if (option == 'p')
            options.project_dir = optarg;
        else
            good = false; /* getopt has said why */
    }
    if (good && optind < argc)
        fprintf(stderr, "microtvm-qemu serve: \"%s\": takes no such argument\n", argv[optind]);
    else if (good && (options.read_fd < 0 || options.write_fd < 0))
        fprintf(stderr, "microtvm-qemu serve: --read-fd and --write-fd must be given\n");
    else if (good) {
        *ret_options = options;
        return -1;
    }
    fputs(usage, stderr);
    return EXIT_CODE_USAGE;
}

int command_serve(int argc, char **argv)
{
    struct serve_options options;
    struct error err = {0};
    int code = parse_arguments(argc, argv, &options);
    if (code >= 0)
        return code;
    if (serve(&options, &err))
        return EXIT_CODE_OK;
    if (err.kind == ERROR_INTERRUPTED) /* a client that has left is a normal end */
        return err.os ? SIGNAL_EXIT_CODE + err.os : EXIT_CODE_OK;
    exit_with_error("serve", &err);
    bool is_bad_input = err.kind == ERROR_PARSE || err.kind == ERROR_INVALID_REQUEST;
    return is_bad_input ? EXIT_CODE_USAGE : (int)exit_code_of(&err);
}
