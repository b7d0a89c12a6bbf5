#include "commands/commands.h"
#include "commands/exit_code.h"
#include "commands/standard_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int command_help(int argc, char **argv);
static int command_version(int argc, char **argv);

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"run", command_run, "build a model, run it on a virtual board, compare its outputs"},
    {"regress", command_regress, "run a suite of models, say what no longer is as it was"},
    {"rpc-server", command_rpc_server, "serve a virtual board to TVM's RPC clients"},
    {"boards", command_boards, "list the boards"},
    {"doctor", command_doctor, "check that everything needed is installed"},
    {"template-dir", command_template_dir, "print the folder to give to TVM as a template"},
    {"serve", command_serve, "the Project API server; TVM starts it by itself"},
    {"help", command_help, "what a command does: \"help run\" is \"run --help\""},
    {"version", command_version, "print the version"},
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]), WORD_MAX = 32 };

static void print_usage(FILE *file)
{
    fprintf(file, "Usage: microtvm-qemu COMMAND [ARGUMENTS]\n\n"
                  "TVM models on microcontrollers that QEMU plays.\n\n");
    for (int i = 0; i < COMMAND_COUNT; i++)
        fprintf(file, "  %-13s %s\n", commands[i].name, commands[i].summary);
    fprintf(file, "\n  -h, --help, -V, --version; \"microtvm-qemu COMMAND --help\" tells more\n");
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* How many letters to insert, drop or replace to make b of a (Levenshtein). */
static int distance(const char *a, const char *b)
{
    int row[WORD_MAX + 1];
    int b_length = (int)strnlen(b, WORD_MAX);
    for (int j = 0; j <= b_length; j++)
        row[j] = j;
    for (int i = 1; i <= WORD_MAX && a[i - 1] != '\0'; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= b_length; j++) {
            int above = row[j];
            int replaced = diagonal + (a[i - 1] != b[j - 1]);
            row[j] = least(replaced, least(above, row[j - 1]) + 1);
            diagonal = above;
        }
    }
    return row[b_length];
}

static int refuse(const char *name)
{
    int best = 0;
    for (int i = 1; i < COMMAND_COUNT; i++)
        if (distance(name, commands[i].name) < distance(name, commands[best].name))
            best = i;
    fprintf(stderr, "microtvm-qemu: \"%s\": no such command", name);
    if (distance(name, commands[best].name) < (int)strlen(commands[best].name)) {
        fprintf(stderr, "; did you mean \"%s\"? (\"microtvm-qemu help\" lists all)\n",
                commands[best].name);
    } else {
        fprintf(stderr, "\n\n");
        print_usage(stderr);
    }
    return EXIT_CODE_USAGE;
}

static int run_command(int argc, char **argv)
{
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(argv[0], commands[i].name) == 0)
            return commands[i].run(argc, argv);
    return refuse(argv[0]);
}

static int command_help(int argc, char **argv)
{
    char *help_argv[] = {argc > 1 ? argv[1] : NULL, "--help", NULL};
    if (argc > 2) {
        fprintf(stderr, "microtvm-qemu help: \"%s\": one command at a time\n", argv[2]);
        return EXIT_CODE_USAGE;
    }
    if (argc == 2 && argv[1][0] != '-' && strcmp(argv[1], "help") != 0)
        return run_command(2, help_argv);
    print_usage(stdout);
    return EXIT_CODE_OK;
}

static int command_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    puts("microtvm-qemu " MICROTVM_QEMU_VERSION);
    return EXIT_CODE_OK;
}

/* Without one of these, the next file to be opened would take its number, and get what is printed.
 * Nothing can be written to what stands for standard output: what is lost must not look written. */
static bool open_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR) != fd)
            return false;
    return true;
}

static int dispatch(int argc, char **argv)
{
    static const struct {
        const char *option;
        int (*run)(int argc, char **argv);
    } options[] = {
        {"-h", command_help},
        {"--help", command_help},
        {"-V", command_version},
        {"--version", command_version},
    };
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_CODE_USAGE;
    }
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (strcmp(argv[1], options[i].option) == 0)
            return options[i].run(1, argv + 1);
    return run_command(argc - 1, argv + 1);
}

static bool finish_output(void)
{
    struct error err;
    if (standard_output_finish(&err))
        return true;
    fprintf(stderr, "microtvm-qemu: %s\n", err.text);
    return false;
}

int main(int argc, char **argv)
{
    if (!open_standard_streams())
        return EXIT_CODE_SYSTEM;
    int code = dispatch(argc, argv);
    return finish_output() || code != EXIT_CODE_OK ? code : EXIT_CODE_SYSTEM;
}
