#include "commands/regress/args.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MOST = 100000 };

enum option_id {
    OPTION_JOBS = 'j',
    OPTION_BOARD = 'b',
    OPTION_HELP = 'h',
    OPTION_FILTER = 256,
    OPTION_SHARD,
    OPTION_FAIL_FAST,
    OPTION_RETRIES,
    OPTION_LIST,
    OPTION_UPDATE,
    OPTION_INIT,
    OPTION_MERGE,
    OPTION_REPORT_DIR,
    OPTION_CACHE,
    OPTION_NO_CACHE,
};

static const struct option LONG_OPTIONS[] = {
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"filter", required_argument, NULL, OPTION_FILTER},
    {"shard", required_argument, NULL, OPTION_SHARD},
    {"fail-fast", no_argument, NULL, OPTION_FAIL_FAST},
    {"retries", required_argument, NULL, OPTION_RETRIES},
    {"list", no_argument, NULL, OPTION_LIST},
    {"update", no_argument, NULL, OPTION_UPDATE},
    {"init", no_argument, NULL, OPTION_INIT},
    {"board", required_argument, NULL, OPTION_BOARD},
    {"merge", no_argument, NULL, OPTION_MERGE},
    {"report-dir", required_argument, NULL, OPTION_REPORT_DIR},
    {"cache", required_argument, NULL, OPTION_CACHE},
    {"no-cache", no_argument, NULL, OPTION_NO_CACHE},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};
static const char SHORT_OPTIONS[] = ":j:b:h";

static const char HELP[] =
    "Usage: microtvm-qemu regress SUITE.json [options]\n"
    "       microtvm-qemu regress [SUITE.json] --init --board NAME MODEL.tar...\n"
    "       microtvm-qemu regress --merge REPORT.json... [--report-dir DIR]\n"
    "\n"
    "Runs the cases of a suite, each a model on a board, and says which of them no longer\n"
    "give the answers, or take more than, they should. The manual page says what a suite\n"
    "is; suite.schema.json describes it for editors.\n"
    "\n"
    "  -j, --jobs N            cases at a time (default: as many as there are processors)\n"
    "      --filter PATTERN    only cases whose name, MODEL@BOARD, matches or holds it\n"
    "                          (repeatable)\n"
    "      --shard I/N         only the I-th of N parts of them\n"
    "      --fail-fast         begin no other after one that did not pass\n"
    "      --retries N         begin a case that did not pass anew, N times at most; if it\n"
    "                          passes then, it is called flaky (default 0)\n"
    "      --list              name the cases, and run none\n"
    "      --update            write what the models give and take now into the files of\n"
    "                          expected outputs and the baseline; not if a case can't run\n"
    "      --init              write a first suite (default: suite.json) for archives, with\n"
    "                          inputs and what the models make of them\n"
    "  -b, --board NAME        for --init (repeatable)\n"
    "      --merge             one report of those of all shards\n"
    "      --report-dir DIR    write DIR/report.json, junit.xml, summary.md, report.html\n"
    "      --cache DIR         where firmware is kept that need not be built again\n"
    "                          (default: microtvm-qemu in $XDG_CACHE_HOME or ~/.cache)\n"
    "      --no-cache          build all firmware, and keep none\n"
    "  -h, --help\n"
    "\n"
    "example: microtvm-qemu regress suite.json --report-dir report\n"
    "\n"
    "exit status: 0 all cases passed, 1 some did not, 2 bad usage or a mistake in the\n"
    "suite, 6 a program is missing, 7 system error (disk full, no permission), 130\n"
    "interrupted\n";

void regress_args_help(FILE *out)
{
    fputs(HELP, out);
}

static bool add(struct texts *texts, const char *text, struct error *err)
{
    const char **grown = realloc(texts->items, (texts->count + 1) * sizeof(*grown));
    if (!grown)
        return error_no_memory(err, "an argument", sizeof(*grown));
    texts->items = grown;
    grown[texts->count++] = text;
    return true;
}

static bool parse_number(const char *text, unsigned least, unsigned *ret_number)
{
    enum { DIGITS_MOST = 6 };
    size_t digits = strspn(text, "0123456789");
    unsigned long number = strtoul(text, NULL, 10);
    if (digits == 0 || digits > DIGITS_MOST || text[digits] || number < least ||
        number > NUMBER_MOST)
        return false;
    *ret_number = (unsigned)number;
    return true;
}

static bool take_count(const char *option, const char *text, unsigned least, unsigned *ret_count,
                       struct error *err)
{
    return parse_number(text, least, ret_count) ||
           error_set(err, ERROR_USAGE, 0, "--%s \"%s\": give %u to %d", option, text, least,
                     NUMBER_MOST);
}

static bool take_shard(struct regress_args *args, const char *text, struct error *err)
{
    char number[16] = "";
    const char *slash = strchr(text, '/');
    if (slash && (size_t)(slash - text) < sizeof(number))
        memcpy(number, text, (size_t)(slash - text));
    if (!slash || !parse_number(number, 1, &args->shard) ||
        !parse_number(slash + 1, 1, &args->shards) || args->shard > args->shards)
        return error_set(err, ERROR_USAGE, 0, "--shard \"%s\": give I/N, as 1/3, 2/3, 3/3", text);
    return true;
}

static bool take_mode(struct regress_args *args, enum regress_mode mode, struct error *err)
{
    if (args->mode != REGRESS_RUN && args->mode != mode)
        return error_set(err, ERROR_USAGE, 0,
                         "--list, --update, --init and --merge: one of them at a time");
    args->mode = mode;
    return true;
}

static bool take_option(struct regress_args *args, int id, const char *value, struct error *err)
{
    switch (id) {
    case OPTION_JOBS:
        return take_count("jobs", value, 1, &args->jobs, err);
    case OPTION_BOARD:
        return add(&args->boards, value, err);
    case OPTION_FILTER:
        return value[0] ? add(&args->filters, value, err)
                        : error_set(err, ERROR_USAGE, 0, "--filter \"\": no case is so called");
    case OPTION_SHARD:
        return take_shard(args, value, err);
    case OPTION_FAIL_FAST:
        args->fail_fast = true;
        return true;
    case OPTION_RETRIES:
        return take_count("retries", value, 0, &args->retries, err);
    case OPTION_LIST:
        return take_mode(args, REGRESS_LIST, err);
    case OPTION_UPDATE:
        return take_mode(args, REGRESS_UPDATE, err);
    case OPTION_INIT:
        return take_mode(args, REGRESS_INIT, err);
    case OPTION_MERGE:
        return take_mode(args, REGRESS_MERGE, err);
    case OPTION_REPORT_DIR:
        args->report_dir = value;
        return value[0] || error_set(err, ERROR_USAGE, 0, "--report-dir \"\": no folder is named");
    case OPTION_CACHE:
        args->cache_dir = value;
        return value[0] || error_set(err, ERROR_USAGE, 0, "--cache \"\": no folder is named");
    case OPTION_NO_CACHE:
        args->no_cache = true;
        return true;
    default:
        args->help = true;
        return true;
    }
}

static bool is_suite(const char *path)
{
    size_t length = strlen(path);
    return length > 5 && strcmp(path + length - 5, ".json") == 0;
}

static bool take_operands(struct regress_args *args, int count, char **operands, struct error *err)
{
    int i = 0;
    if (args->mode == REGRESS_INIT)
        args->suite = count > 0 && is_suite(operands[0]) ? operands[i++] : "suite.json";
    else if (args->mode != REGRESS_MERGE && count > 0)
        args->suite = operands[i++];
    for (; i < count; i++)
        if (!add(&args->operands, operands[i], err))
            return false;
    return true;
}

static bool check_boards(const struct texts *boards, struct error *err)
{
    for (size_t i = 1; i < boards->count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(boards->items[i], boards->items[j]) == 0)
                return error_set(err, ERROR_USAGE, 0, "--board %s: it is there twice",
                                 boards->items[i]);
    return true;
}

/* An option that would say nothing is not swallowed. --list takes what a run takes: it is put in
 * front of one, to see which cases there are. */
static bool check_uses(const struct regress_args *args, struct error *err)
{
    enum { UPDATE = 1 << REGRESS_UPDATE, INIT = 1 << REGRESS_INIT, MERGE = 1 << REGRESS_MERGE };
    static const char *const MODES[] = {
        [REGRESS_UPDATE] = "--update", [REGRESS_INIT] = "--init", [REGRESS_MERGE] = "--merge"};
    const struct {
        const char *option;
        bool is_given;
        int not_for;
    } uses[] = {
        {"--jobs", args->jobs > 0, MERGE},
        {"--filter", args->filters.count > 0, INIT | MERGE},
        {"--shard", args->shards > 0, INIT | MERGE},
        {"--fail-fast", args->fail_fast, MERGE},
        {"--retries", args->retries > 0, MERGE},
        {"--cache", args->cache_dir != NULL, MERGE},
        {"--no-cache", args->no_cache, MERGE},
        {"--report-dir", args->report_dir != NULL, UPDATE | INIT},
    };
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
        if (uses[i].is_given && (uses[i].not_for & 1 << args->mode))
            return error_set(err, ERROR_USAGE, 0, "%s: not with %s", uses[i].option,
                             MODES[args->mode]);
    return true;
}

static bool check(const struct regress_args *args, struct error *err)
{
    bool takes_more = args->mode == REGRESS_INIT || args->mode == REGRESS_MERGE;
    if (args->help)
        return true;
    if (!takes_more && !args->suite)
        return error_set(err, ERROR_USAGE, 0, "no suite is named: give SUITE.json (see --help)");
    if (!takes_more && args->operands.count > 0)
        return error_set(err, ERROR_USAGE, 0, "\"%s\": one suite at a time",
                         args->operands.items[0]);
    if (takes_more && args->operands.count == 0)
        return error_set(err, ERROR_USAGE, 0, "no %s is named (see --help)",
                         args->mode == REGRESS_INIT ? "model" : "report");
    if (args->mode == REGRESS_INIT && args->boards.count == 0)
        return error_set(err, ERROR_USAGE, 0,
                         "--board NAME is missing (`microtvm-qemu boards` lists them)");
    if (args->mode != REGRESS_INIT && args->boards.count > 0)
        return error_set(err, ERROR_USAGE, 0,
                         "--board %s: is for --init; --filter '*@%s' chooses cases of a suite",
                         args->boards.items[0], args->boards.items[0]);
    if (args->cache_dir && args->no_cache)
        return error_set(err, ERROR_USAGE, 0, "--cache and --no-cache: give one of them");
    return check_boards(&args->boards, err) && check_uses(args, err);
}

static bool parse(int argc, char **argv, struct regress_args *args, struct error *err)
{
    int id;
    opterr = 0; /* the messages are ours */
    optind = 0; /* GNU getopt: begin anew, whatever was parsed before */
    while ((id = getopt_long(argc, argv, SHORT_OPTIONS, LONG_OPTIONS, NULL)) != -1) {
        if (id == ':')
            return error_set(err, ERROR_USAGE, 0, "%s needs a value (see --help)",
                             argv[optind - 1]);
        if (id == '?')
            return error_set(err, ERROR_USAGE, 0, "%s: no such option (see --help)",
                             argv[optind - 1]);
        if (!take_option(args, id, optarg, err))
            return false;
    }
    return take_operands(args, argc - optind, argv + optind, err) && check(args, err);
}

bool regress_args_parse(int argc, char **argv, struct regress_args *ret_args, struct error *err)
{
    struct regress_args args = {.mode = REGRESS_RUN};
    if (!parse(argc, argv, &args, err)) {
        regress_args_dispose(&args);
        return false;
    }
    *ret_args = args;
    return true;
}

void regress_args_dispose(struct regress_args *args)
{
    free(args->operands.items);
    free(args->boards.items);
    free(args->filters.items);
    *args = (struct regress_args){.suite = NULL};
}
