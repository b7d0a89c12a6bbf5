/* The command line of `rpc-server`. */
#include "commands/rpc_server/args.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ARGS = 24 };

static struct error err;
static struct rpc_server_args args;

/* Words separated by single spaces. */
static bool parse(const char *line)
{
    static char text[512];
    char *argv[MAX_ARGS + 1] = {NULL};
    int argc = 0;
    strncpy(text, line, sizeof(text) - 1);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
        ck_assert_int_lt(argc, MAX_ARGS);
        argv[argc++] = word;
    }
    return rpc_server_args_parse(argc, argv, &args, &err);
}

static void dispose(void)
{
    rpc_server_args_dispose(&args);
    rpc_server_args_dispose(&args);
}

START_TEST(defaults)
{
    ck_assert_msg(parse("rpc-server m.tar"), "%s", err.text);
    ck_assert_str_eq(args.source, "m.tar");
    ck_assert_ptr_null(args.board);
    ck_assert_str_eq(args.host, "127.0.0.1");
    ck_assert_int_eq(args.port, 9090);
    ck_assert_ptr_null(args.tracker_host);
    ck_assert_str_eq(args.key, "");
    ck_assert_ptr_null(args.crt_dir);
    ck_assert_uint_eq(args.options.count, 0);
    ck_assert_int_eq(args.timeout_ms, 0);
    ck_assert(!args.verbose && !args.help);
}
END_TEST

START_TEST(everything)
{
    ck_assert_msg(parse("rpc-server -b b p/ --host 0.0.0.0 -p 0 --tracker ::1:9190 --key k_1.x "
                        "--crt-dir=c -v --timeout 2.5"),
                  "%s", err.text);
    ck_assert_str_eq(args.source, "p/");
    ck_assert_str_eq(args.board, "b");
    ck_assert_str_eq(args.host, "0.0.0.0");
    ck_assert_int_eq(args.port, 0);
    ck_assert_str_eq(args.tracker_host, "::1");
    ck_assert_int_eq(args.tracker_port, 9190);
    ck_assert_str_eq(args.key, "k_1.x");
    ck_assert_str_eq(args.crt_dir, "c");
    ck_assert_int_eq(args.timeout_ms, 2500);
    ck_assert(args.verbose);
}
END_TEST

START_TEST(the_last_tracker_and_all_options)
{
    ck_assert(parse("rpc-server m --tracker 127.0.0.1:1 --tracker 127.0.0.2:2 --key k --option "
                    "a=1 --option b=2"));
    ck_assert_str_eq(args.tracker_host, "127.0.0.2");
    ck_assert_int_eq(args.tracker_port, 2);
    ck_assert_uint_eq(args.options.count, 2);
    ck_assert_str_eq(args.options.texts[1], "b=2");
}
END_TEST

START_TEST(help_asks_for_nothing_else)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    ck_assert(parse("rpc-server --help"));
    ck_assert(args.help);
    rpc_server_args_help(out);
    fclose(out);
    ck_assert_ptr_nonnull(strstr(text, "--tracker HOST:PORT"));
    ck_assert_ptr_nonnull(strstr(text, "default 9090"));
    free(text);
}
END_TEST

#define FORTY "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"

START_TEST(a_key_as_long_as_may_be)
{
    ck_assert(parse("rpc-server m --key " FORTY FORTY FORTY FORTY FORTY));
    dispose();
    ck_assert(!parse("rpc-server m --key " FORTY FORTY FORTY FORTY FORTY "k"));
    ck_assert_ptr_nonnull(strstr(err.text, "at most 200"));
}
END_TEST

static const struct {
    const char *line;
    const char *text;
} BAD[] = {
    {"rpc-server", "no model: give MODEL.tar or PROJECT_DIR"},
    {"rpc-server a.tar b.tar", "\"b.tar\": one model or project only"},
    {"rpc-server m --bord b", "--bord: no such option"},
    {"rpc-server m -x", "-x: no such option"},
    {"rpc-server m --port", "--port: needs a value"},
    {"rpc-server m --port -1", "--port \"-1\": give a port from 0 to 65535"},
    {"rpc-server m --port 65536", "--port \"65536\""},
    {"rpc-server m --port 90x", "--port \"90x\""},
    {"rpc-server m --port=", "--port \"\""},
    {"rpc-server m --port 99999999999999999999", "--port \"9999"},
    {"rpc-server m --key k --tracker here", "--tracker \"here\": give HOST:PORT"},
    {"rpc-server m --key k --tracker :9190", "--tracker \":9190\": give HOST:PORT"},
    {"rpc-server m --key k --tracker h:", "--tracker \"\": give a port from 1"},
    {"rpc-server m --key k --tracker h:0", "--tracker \"0\": give a port from 1"},
    {"rpc-server m --tracker 127.0.0.1:9190", "--tracker needs --key"},
    {"rpc-server m --key a:b", "--key \"a:b\": at most 200 characters, no blanks and no ':'"},
    {"rpc-server m --option verbose", "give NAME=VALUE"},
    {"rpc-server m --verbose=1", "--verbose=1"},
    /* Other machines could not reach what the tracker sends them to. */
    {"rpc-server m --key k --tracker 192.0.2.1:9190", "on another machine"},
    {"rpc-server m --key k --tracker 192.0.2.1:9190", "give --host 0.0.0.0"},
    {"rpc-server m --key k --tracker 192.0.2.1:9190 --host 127.0.0.2", "on 127.0.0.2 only"},
};

START_TEST(bad_line)
{
    ck_assert(!parse(BAD[_i].line));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, BAD[_i].text) != NULL, "%s", err.text);
}
END_TEST

static const char *const GOOD[] = {
    "rpc-server m --key k --tracker 192.0.2.1:9190 --host 0.0.0.0",
    "rpc-server m --key k --tracker 192.0.2.1:9190 --host 192.0.2.7",
    "rpc-server m --key k --tracker localhost:65535",
    "rpc-server m --key k --tracker 127.0.0.1:1 --host ::1",
};

START_TEST(good_line)
{
    ck_assert_msg(parse(GOOD[_i]), "%s", err.text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rpc_server_args");
    TCase *lines = tcase_create("lines");
    tcase_add_checked_fixture(lines, NULL, dispose);
    tcase_add_test(lines, defaults);
    tcase_add_test(lines, everything);
    tcase_add_test(lines, the_last_tracker_and_all_options);
    tcase_add_test(lines, help_asks_for_nothing_else);
    tcase_add_test(lines, a_key_as_long_as_may_be);
    tcase_add_loop_test(lines, bad_line, 0, sizeof(BAD) / sizeof(BAD[0]));
    tcase_add_loop_test(lines, good_line, 0, sizeof(GOOD) / sizeof(GOOD[0]));
    suite_add_tcase(suite, lines);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
