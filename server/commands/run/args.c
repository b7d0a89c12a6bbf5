#include "commands/run/args.h"

#include "base/cleanup.h"
#include "commands/run/client_fd.h"
#include "commands/seconds.h"

#include <getopt.h>
#include <math.h>
#include <string.h>

enum option_id {
    OPTION_BOARD = 'b',
    OPTION_INPUT = 'i',
    OPTION_EXPECT = 'e',
    OPTION_OUTPUT = 'o',
    OPTION_VERBOSE = 'v',
    OPTION_HELP = 'h',
    OPTION_RTOL = 0x100,
    OPTION_ATOL,
    OPTION_KEEP,
    OPTION_CRT_DIR,
    OPTION_OPTION,
    OPTION_TIMEOUT,
    OPTION_DEADLINE,
    OPTION_CLIENT_FD,
    OPTION_PROJECT_TYPE,
    OPTION_LABELS,
    OPTION_ITERATIONS,
    OPTION_WARMUPS,
    OPTION_JSON,
    OPTION_CACHE,
    OPTION_MEMORY,
    OPTION_COUNT,
    OPTION_TRACE,
    OPTION_EXPECT_TRACE,
};

static const struct option LONG_OPTIONS[] = {
    {"board", required_argument, NULL, OPTION_BOARD},
    {"input", required_argument, NULL, OPTION_INPUT},
    {"expect", required_argument, NULL, OPTION_EXPECT},
    {"labels", required_argument, NULL, OPTION_LABELS},
    {"rtol", required_argument, NULL, OPTION_RTOL},
    {"atol", required_argument, NULL, OPTION_ATOL},
    {"output", required_argument, NULL, OPTION_OUTPUT},
    {"keep", required_argument, NULL, OPTION_KEEP},
    {"crt-dir", required_argument, NULL, OPTION_CRT_DIR},
    {"option", required_argument, NULL, OPTION_OPTION},
    {"project-type", required_argument, NULL, OPTION_PROJECT_TYPE},
    {"trace", required_argument, NULL, OPTION_TRACE},
    {"expect-trace", required_argument, NULL, OPTION_EXPECT_TRACE},
    {"count", no_argument, NULL, OPTION_COUNT},
    {"iterations", required_argument, NULL, OPTION_ITERATIONS},
    {"warmups", required_argument, NULL, OPTION_WARMUPS},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"deadline", required_argument, NULL, OPTION_DEADLINE},
    {"client-fd", required_argument, NULL, OPTION_CLIENT_FD},
    {"cache", required_argument, NULL, OPTION_CACHE},
    {"json", required_argument, NULL, OPTION_JSON},
    {"memory", no_argument, NULL, OPTION_MEMORY},
    {"verbose", no_argument, NULL, OPTION_VERBOSE},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

/* ':' in front: a missing argument is told from an unknown option. */
static const char SHORT_OPTIONS[] = ":b:i:e:o:vh";

static const char HELP[] =
    "usage: microtvm-qemu run MODEL.tar --board NAME [--input [NAME=]FILE.npy]...\n"
    "                         [--expect [NAME=]FILE.npy]... [options]\n"
    "\n"
    "Builds firmware for a model (Model Library Format), boots it on an emulated board,\n"
    "runs the model there and compares its outputs with what is expected.\n"
    "\n"
    "  -b, --board NAME            the board (`microtvm-qemu boards` lists them), or the\n"
    "                              file of a definition of your own, ./my_board.json\n"
    "  -i, --input [NAME=]FILE     an input tensor, by name or number, or in their order.\n"
    "                              One axis more in front, or N rows for 1: N inferences.\n"
    "                              Either may hold '=': the model's names decide\n"
    "  -e, --expect [NAME=]FILE    an output tensor as it should be; likewise\n"
    "      --rtol R, --atol A      a match is |got - expected| <= A + R * |expected|;\n"
    "                              defaults %g and %g. Integers must be equal unless\n"
    "                              one is given\n"
    "      --labels FILE           the class of each input, integers: tells the accuracy\n"
    "  -o, --output DIR            write each output to DIR/NAME.npy\n"
    "      --json FILE             write all that is known of the run as JSON, also when it\n"
    "                              fails; \"-\": to standard output, the text to standard\n"
    "                              error\n"
    "      --keep DIR              make the project in DIR, which must not exist, and\n"
    "                              leave it there\n"
    "      --cache DIR             take firmware that was built before from DIR, and leave\n"
    "                              there what is built\n"
    "      --crt-dir DIR           TVM's standalone_crt to build with (default: bundled)\n"
    "      --project-type TYPE     host_driven; aot_standalone_demo: the model without\n"
    "                              executor and RPC server, timed on the board;\n"
    "                              mlperftiny: the same in MLPerf Tiny's firmware.\n"
    "                              Default: the first that can run the model\n"
    "      --count                 count the instructions of an inference, and of each\n"
    "                              operator in it\n"
    "      --trace DIR             write each operator's outputs to DIR, in their order\n"
    "      --expect-trace DIR      name the first operator whose outputs are not those of\n"
    "                              an earlier trace\n"
    "      --iterations N          mlperftiny: inferences timed of each input (default 1),\n"
    "      --warmups N             and before them (default 0)\n"
    "      --option NAME=VALUE     a project option, as the API server's (repeatable)\n"
    "      --timeout SECONDS       for one call on the device (default %d)\n"
    "      --deadline SECONDS      for all of it, the build too (default: none)\n"
    "      --client-fd FD          end when the other end of this pipe or socket is closed\n"
    "      --memory                what takes the board's memory: by part, the largest\n"
    "                              symbols, the most used of stack and heap\n"
    "  -v, --verbose               the build's output and the firmware's log, too\n"
    "  -h, --help\n"
    "\n"
    "example: microtvm-qemu run digits.tar --board mps2_an385 \\\n"
    "             --input images.npy --expect expected.npy --output results\n"
    "\n"
    "exit status: 0 outputs match, 1 they do not, 2 bad usage or input file, 3 model\n"
    "archive refused, 4 build failed or does not fit, 5 device failure, 6 a program is\n"
    "missing, 7 system error, 124 the --deadline passed, 130 interrupted\n";

void run_args_help(FILE *out)
{
    fprintf(out, HELP, COMPARE_DEFAULT_RTOL, COMPARE_DEFAULT_ATOL, RUN_DEFAULT_TIMEOUT_MS / 1000);
}

static bool add_file(const char ***files, size_t *count, const char *option, const char *text,
                     struct error *err)
{
    size_t length = strlen(text);
    if (text[0] == '=')
        return error_set(err, ERROR_USAGE, 0, "--%s \"%s\": the name in front of '=' is empty",
                         option, text);
    if (length == 0 || text[length - 1] == '=')
        return error_set(err, ERROR_USAGE, 0, "--%s \"%s\": no file is named", option, text);
    const char **grown = realloc(*files, (*count + 1) * sizeof(**files));
    if (!grown)
        return error_no_memory(err, "an argument", sizeof(**files));
    *files = grown;
    grown[(*count)++] = text;
    return true;
}

static bool parse_number(const char *option, const char *text, double *ret_value, struct error *err)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(value) || value < 0)
        return error_set(err, ERROR_USAGE, 0, "--%s \"%s\": give a number that is not negative",
                         option, text);
    *ret_value = value;
    return true;
}

static bool parse_count(const char *option, const char *text, unsigned least, unsigned *ret_count,
                        struct error *err)
{
    enum { DIGITS_MOST = 9 };
    size_t digits = strspn(text, "0123456789");
    unsigned long count = strtoul(text, NULL, 10);
    if (digits == 0 || digits > DIGITS_MOST || text[digits] != '\0' || count < least ||
        count > RUN_MAX_ITERATIONS)
        return error_set(err, ERROR_USAGE, 0, "--%s \"%s\": give %u to %d", option, text, least,
                         RUN_MAX_ITERATIONS);
    *ret_count = (unsigned)count;
    return true;
}

static bool take_number(struct run_args *args, int id, const char *value, struct error *err)
{
    switch (id) {
    case OPTION_RTOL:
        args->tolerance.rtol_given = true;
        return parse_number("rtol", value, &args->tolerance.rtol, err);
    case OPTION_ATOL:
        args->tolerance.atol_given = true;
        return parse_number("atol", value, &args->tolerance.atol, err);
    case OPTION_ITERATIONS:
        return parse_count("iterations", value, 1, &args->iterations, err);
    case OPTION_WARMUPS:
        return parse_count("warmups", value, 0, &args->warmups, err);
    case OPTION_TIMEOUT:
        return seconds_parse("timeout", value, &args->timeout_ms, err);
    case OPTION_CLIENT_FD:
        return client_fd_parse(value, &args->client_fd, err);
    default:
        return seconds_parse("deadline", value, &args->deadline_ms, err);
    }
}

/* Is it an option that stands alone? */
static bool take_flag(struct run_args *args, int id)
{
    args->memory = args->memory || id == OPTION_MEMORY;
    args->count = args->count || id == OPTION_COUNT;
    args->verbose = args->verbose || id == OPTION_VERBOSE;
    args->help = args->help || id == OPTION_HELP;
    return id == OPTION_MEMORY || id == OPTION_COUNT || id == OPTION_VERBOSE || id == OPTION_HELP;
}

/* Where an option's text is kept as it is; NULL: it is no such option. */
static const char **text_of(struct run_args *args, int id)
{
    switch (id) {
    case OPTION_BOARD:
        return &args->board;
    case OPTION_LABELS:
        return &args->labels_path;
    case OPTION_OUTPUT:
        return &args->output_dir;
    case OPTION_KEEP:
        return &args->keep_dir;
    case OPTION_CACHE:
        return &args->cache_dir;
    case OPTION_TRACE:
        return &args->trace_dir;
    case OPTION_EXPECT_TRACE:
        return &args->expect_trace_dir;
    case OPTION_CRT_DIR:
        return &args->crt_dir;
    case OPTION_PROJECT_TYPE:
        return &args->project_type;
    default:
        return NULL;
    }
}

static bool take_option(struct run_args *args, int id, const char *value, struct error *err)
{
    const char **text = text_of(args, id);
    if (text)
        *text = value;
    switch (id) {
    case OPTION_INPUT:
        return add_file(&args->inputs, &args->inputs_count, "input", value, err);
    case OPTION_EXPECT:
        return add_file(&args->expects, &args->expects_count, "expect", value, err);
    case OPTION_OPTION:
        return option_arguments_add(&args->options, value, err);
    case OPTION_JSON:
        args->json_path = value[0] ? value : NULL;
        return value[0] || error_set(err, ERROR_USAGE, 0, "--json \"\": no file is named");
    default:
        return text || take_flag(args, id) || take_number(args, id, value, err);
    }
}

static bool check_complete(struct run_args *args, int operands, char **operand, struct error *err)
{
    if (operands > 0)
        args->model_path = operand[0];
    if (args->help)
        return true;
    if (operands == 0)
        return error_set(err, ERROR_USAGE, 0,
                         "no model is named: give the archive, MODEL.tar (see --help)");
    if (operands > 1)
        return error_set(err, ERROR_USAGE, 0,
                         "\"%s\": one model at a time; files go behind --input, --expect",
                         operand[1]);
    if (args->cache_dir && !args->cache_dir[0])
        return error_set(err, ERROR_USAGE, 0, "--cache \"\": no folder is named");
    if (args->keep_dir && args->cache_dir)
        return error_set(err, ERROR_USAGE, 0,
                         "--keep and --cache: give one of them; what is in the cache stays, too");
    if (!args->board)
        return error_set(err, ERROR_USAGE, 0,
                         "--board NAME is missing (`microtvm-qemu boards` lists them)");
    return true;
}

static bool take_next(struct run_args *args, int id, char **argv, struct error *err)
{
    if (id == ':')
        return error_set(err, ERROR_USAGE, 0, "%s needs a value (see --help)", argv[optind - 1]);
    if (id == '?')
        return error_set(err, ERROR_USAGE, 0, "%s: no such option (see --help)", argv[optind - 1]);
    return take_option(args, id, optarg, err);
}

/* The first mistake is told; what is behind it is looked through for --json. */
static bool parse(int argc, char **argv, struct run_args *args, struct error *err)
{
    struct error further;
    bool good = true;
    int id;
    opterr = 0; /* the messages are ours */
    optind = 0; /* GNU getopt: begin anew, whatever was parsed before */
    while ((id = getopt_long(argc, argv, SHORT_OPTIONS, LONG_OPTIONS, NULL)) != -1)
        good = take_next(args, id, argv, good ? err : &further) && good;
    return good && check_complete(args, argc - optind, argv + optind, err);
}

bool run_args_parse(int argc, char **argv, struct run_args *ret_args, struct error *err)
{
    *ret_args = (struct run_args){
        .tolerance = {.rtol = COMPARE_DEFAULT_RTOL, .atol = COMPARE_DEFAULT_ATOL},
        .timeout_ms = RUN_DEFAULT_TIMEOUT_MS,
        .client_fd = -1,
        .iterations = 1,
    };
    return parse(argc, argv, ret_args, err);
}

void run_args_dispose(struct run_args *args)
{
    free(args->inputs);
    free(args->expects);
    option_arguments_dispose(&args->options);
    *args = (struct run_args){.board = NULL};
}
