/* The command line of `run`. */
#include "commands/run/args.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_ARGS = 24 };

static struct error err;

/* Words separated by single spaces; getopt permutes the array, so it is made anew each time. */
static bool parse(const char *line, struct run_args *args)
{
    static char text[256];
    char *argv[MAX_ARGS + 1] = {NULL};
    int argc = 0;
    strncpy(text, line, sizeof(text) - 1);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
        ck_assert_int_lt(argc, MAX_ARGS);
        argv[argc++] = word;
    }
    return run_args_parse(argc, argv, args, &err);
}

START_TEST(files)
{
    struct run_args args;
    ck_assert_msg(
        parse("run --input x=a.npy m.tar -i b.npy --expect=y=c=d.npy -b mps2_an385", &args), "%s",
        err.text);
    ck_assert_str_eq(args.model_path, "m.tar");
    ck_assert_str_eq(args.board, "mps2_an385");
    ck_assert_uint_eq(args.inputs_count, 2);
    ck_assert_str_eq(args.inputs[0], "x=a.npy");
    ck_assert_str_eq(args.inputs[1], "b.npy");
    ck_assert_uint_eq(args.expects_count, 1);
    ck_assert_str_eq(args.expects[0], "y=c=d.npy");
    run_args_dispose(&args);
    run_args_dispose(&args);
}
END_TEST

START_TEST(the_client)
{
    struct run_args args;
    int ends[2];
    char line[64];
    ck_assert_int_eq(pipe(ends), 0);
    snprintf(line, sizeof(line), "run m.tar -b b --client-fd %d", ends[0]);
    ck_assert_msg(parse(line, &args), "%s", err.text);
    ck_assert_int_eq(args.client_fd, ends[0]);
    run_args_dispose(&args);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(defaults_and_the_rest)
{
    struct run_args args;
    ck_assert(parse("run m.tar --board b", &args));
    ck_assert_double_eq(args.tolerance.rtol, COMPARE_DEFAULT_RTOL);
    ck_assert(!args.tolerance.rtol_given && !args.tolerance.atol_given && !args.verbose);
    ck_assert(!args.memory && !args.help);
    ck_assert_int_eq(args.timeout_ms, RUN_DEFAULT_TIMEOUT_MS);
    ck_assert_int_eq(args.deadline_ms, 0);
    ck_assert_int_eq(args.client_fd, -1);
    ck_assert_ptr_null(args.output_dir);
    ck_assert_ptr_null(args.labels_path);
    ck_assert_uint_eq(args.iterations, 1);
    ck_assert_uint_eq(args.warmups, 0);
    ck_assert(!args.count);
    ck_assert_ptr_null(args.trace_dir);
    ck_assert_ptr_null(args.expect_trace_dir);
    run_args_dispose(&args);

    ck_assert(parse("run m.tar -vbb --atol 0 --timeout 1.5 --keep k -o o --crt-dir c --deadline=9",
                    &args));
    ck_assert_str_eq(args.board, "b");
    ck_assert(args.verbose && args.tolerance.atol_given && !args.tolerance.rtol_given);
    ck_assert_double_eq(args.tolerance.atol, 0);
    ck_assert_int_eq(args.timeout_ms, 1500);
    ck_assert_int_eq(args.deadline_ms, 9000);
    ck_assert_str_eq(args.keep_dir, "k");
    ck_assert_str_eq(args.output_dir, "o");
    ck_assert_str_eq(args.crt_dir, "c");
    run_args_dispose(&args);

    ck_assert(parse("run m.tar -bb --labels l --iterations 1000000 --warmups 10 --count "
                    "--trace t --expect-trace e",
                    &args));
    ck_assert_str_eq(args.labels_path, "l");
    ck_assert_uint_eq(args.iterations, 1000000);
    ck_assert_uint_eq(args.warmups, 10);
    ck_assert(args.count);
    ck_assert_str_eq(args.trace_dir, "t");
    ck_assert_str_eq(args.expect_trace_dir, "e");
    run_args_dispose(&args);

    ck_assert(parse("run m.tar -bb", &args));
    ck_assert_ptr_null(args.json_path);
    run_args_dispose(&args);
    ck_assert(parse("run m.tar -bb --json -", &args));
    ck_assert_str_eq(args.json_path, "-");
    run_args_dispose(&args);

    ck_assert(parse("run --help", &args));
    ck_assert(args.help);
    run_args_dispose(&args);

    ck_assert(parse("run m.tar -b b --memory", &args));
    ck_assert(args.memory && !args.verbose && !args.help);
    run_args_dispose(&args);
}
END_TEST

static const struct {
    const char *line;
    const char *text;
} BAD[] = {
    {"run", "no model is named"},
    {"run m.tar", "--board NAME is missing"},
    {"run m.tar n.tar --board b", "\"n.tar\": one model at a time"},
    {"run m.tar --board", "--board needs a value"},
    {"run m.tar --bord b", "--bord: no such option"},
    {"run m.tar -b b -x", "-x: no such option"},
    {"run m.tar -b b --input =f.npy", "the name in front of '=' is empty"},
    {"run m.tar -b b --expect y=", "--expect \"y=\": no file is named"},
    {"run m.tar -b b --rtol 1e-5x", "--rtol \"1e-5x\""},
    {"run m.tar -b b --atol -1", "not negative"},
    {"run m.tar -b b --atol nan", "--atol \"nan\""},
    {"run m.tar -b b --timeout 0", "--timeout \"0\""},
    {"run m.tar -b b --timeout inf", "--timeout \"inf\""},
    {"run m.tar -b b --client-fd pipe", "--client-fd \"pipe\": give a file"},
    {"run m.tar -b b --client-fd -1", "--client-fd \"-1\": give a file"},
    {"run m.tar -b b --client-fd 12345678901", "--client-fd \"12345678901\": give a file"},
    {"run m.tar -b b --client-fd 123456789", "--client-fd 123456789: it is no pipe or socket"},
    {"run m.tar -b b --deadline 0", "--deadline \"0\": give 0.001 to"},
    {"run m.tar -b b --iterations 0", "--iterations \"0\": give 1 to 1000000"},
    {"run m.tar -b b --iterations 1000001", "--iterations \"1000001\""},
    {"run m.tar -b b --iterations 99999999999999999999", "--iterations \"9999"},
    {"run m.tar -b b --warmups -1", "--warmups \"-1\": give 0 to 1000000"},
    {"run m.tar -b b --warmups 1x", "--warmups \"1x\""},
    {"run m.tar -b b --option verbose", "give NAME=VALUE"},
    {"run m.tar -b b --verbose=1", "--verbose=1"},
    {"run m.tar -b b --memory=1", "--memory=1"},
};

START_TEST(bad_line)
{
    struct run_args args;
    ck_assert(!parse(BAD[_i].line, &args));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, BAD[_i].text) != NULL, "%s", err.text);
    ck_assert_ptr_null(args.json_path);
    run_args_dispose(&args);
}
END_TEST

/* The document tells of the first mistake, wherever --json stands. */
START_TEST(json_of_a_bad_line)
{
    static const char *const LINES[] = {
        "run --json d.json m.tar --nonsense -b b",
        "run --nonsense m.tar -b b --rtol x --json d.json",
        "run m.tar --nonsense -x --json=d.json --keep",
    };
    struct run_args args;
    ck_assert(!parse(LINES[_i], &args));
    ck_assert_str_eq(args.json_path, "d.json");
    ck_assert_msg(strncmp(err.text, "--nonsense: no such option", 26) == 0, "%s", err.text);
    run_args_dispose(&args);
}
END_TEST

START_TEST(settings_of_options)
{
    struct run_args args;
    struct settings settings;
    settings_init(&settings);
    ck_assert(parse("run m.tar -b b --option optimization=s --option icount=3", &args));
    ck_assert_msg(run_settings(&args, &settings, &err), "%s", err.text);
    ck_assert_str_eq(settings.board, "b");
    ck_assert_str_eq(settings.optimization, "s");
    ck_assert_int_eq(settings.icount, 3);
    settings_dispose(&settings);
    run_args_dispose(&args);
}
END_TEST

/* --project-type and the option of this name are one. */
static const struct {
    const char *line;
    bool is_standalone;
    bool is_mlperftiny;
} PROJECT_TYPES[] = {
    {"run m.tar -b b", false, false},
    {"run m.tar -b b --project-type host_driven", false, false},
    {"run m.tar -b b --project-type aot_standalone_demo", true, false},
    {"run m.tar -b b --option project_type=aot_standalone_demo", true, false},
    {"run m.tar -b b --project-type aot_standalone_demo --option project_type=aot_standalone_demo",
     true, false},
    {"run m.tar -b b --project-type mlperftiny --iterations 2 --warmups 3", false, true},
};

START_TEST(project_types)
{
    struct run_args args;
    struct settings settings;
    settings_init(&settings);
    ck_assert(parse(PROJECT_TYPES[_i].line, &args));
    ck_assert_msg(run_settings(&args, &settings, &err), "%s", err.text);
    ck_assert_int_eq(run_is_standalone(&settings), PROJECT_TYPES[_i].is_standalone);
    ck_assert_int_eq(run_is_mlperftiny(&settings), PROJECT_TYPES[_i].is_mlperftiny);
    settings_dispose(&settings);
    run_args_dispose(&args);
}
END_TEST

static const struct {
    const char *line;
    const char *text;
} BAD_SETTINGS[] = {
    {"run m.tar -b b --option wings=2", "wings"},
    {"run m.tar -b b --option icount=many", "--option icount=many"},
    {"run m.tar -b b --option board=c", "name one board"},
    {"run m.tar -b b --option project_type=mine",
     "--option project_type=mine: no such type (have: host_driven, aot_standalone_demo, "
     "mlperftiny)"},
    {"run m.tar -b b --project-type mine", "--project-type mine: no such type (have: host_driven"},
    {"run m.tar -b b --project-type host_driven --option project_type=mine", "name one type"},
    {"run m.tar -b b --project-type aot_standalone_demo --crt-dir c --option crt=bundled",
     "name one runtime"},
    {"run m.tar -b b --crt-dir c --option crt=bundled", "name one runtime"},
    {"run m.tar -b b --iterations 2", "--iterations and --warmups are for --project-type mlper"},
    {"run m.tar -b b --project-type aot_standalone_demo --warmups 1", "are for --project-type"},
    {"run m.tar -b b --count --option icount=4", "--count and --option icount=4: leave the option"},
    {"run m.tar -b b --count --project-type mlperftiny", "--count: not for --project-type mlperf"},
};

START_TEST(bad_settings)
{
    struct run_args args;
    struct settings settings;
    settings_init(&settings);
    ck_assert(parse(BAD_SETTINGS[_i].line, &args));
    ck_assert(!run_settings(&args, &settings, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, BAD_SETTINGS[_i].text) != NULL, "%s", err.text);
    settings_dispose(&settings);
    run_args_dispose(&args);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_args");
    TCase *lines = tcase_create("lines");
    tcase_add_test(lines, files);
    tcase_add_test(lines, the_client);
    tcase_add_test(lines, defaults_and_the_rest);
    tcase_add_loop_test(lines, bad_line, 0, sizeof(BAD) / sizeof(BAD[0]));
    tcase_add_loop_test(lines, json_of_a_bad_line, 0, 3);
    tcase_add_test(lines, settings_of_options);
    tcase_add_loop_test(lines, project_types, 0, sizeof(PROJECT_TYPES) / sizeof(PROJECT_TYPES[0]));
    tcase_add_loop_test(lines, bad_settings, 0, sizeof(BAD_SETTINGS) / sizeof(BAD_SETTINGS[0]));
    suite_add_tcase(suite, lines);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
