/* MLPerf Tiny's monitor in the firmware: what it answers, right and wrong. */
#include "unit/guest/benchmark_fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READY "m-ready\r\n"
#define LOADED "db load 12%db 01ff7f80%db 0000803f000000C0%"

static void setup(void)
{
    benchmark_boot();
    ck_assert_str_eq(benchmark_said(), "m-timestamp-mode-performance\r\nm-lap-us-0\r\n"
                                       "m-init-done\r\n" READY);
}

static void expect(const char *command, const char *answer)
{
    benchmark_hear(command);
    const char *said = benchmark_said();
    ck_assert_msg(strcmp(said, answer) == 0, "%s: said %s, want %s", command, said, answer);
}

START_TEST(identity)
{
    expect("name%", "m-name-dut-[microTVM]\r\n" READY);
    expect("profile%",
           "m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[fixture]\r\n" READY);
    expect("timestamp%", "m-lap-us-0\r\n" READY);
    expect("\r\n name \r\n %", "m-name-dut-[microTVM]\r\n" READY);
    benchmark_hear("help%");
    const char *help = benchmark_said();
    ck_assert_ptr_nonnull(strstr(help, "infer [N=1 [W=10]]"));
    ck_assert_ptr_nonnull(strstr(help, "\r\n" READY));
}
END_TEST

START_TEST(load_and_infer)
{
    expect("db load 12%", "m-[Expecting 12 bytes]\r\n" READY);
    expect("db 01ff7f80%", READY);
    expect("db 0000803F000000%", READY);
    expect("db C0%", "m-load-done\r\n" READY);
    expect("db print%", "m-buffer-01-ff-7f-80-00-00-80-3f\r\nm-buffer-00-00-00-c0\r\n" READY);
    expect("db print 3 9%", "m-buffer-00-00-c0\r\n" READY);
    expect("db print 0 12%", READY);
    expect("infer 2 3%", "m-warmup-start-3\r\nm-warmup-done\r\nm-infer-start-2\r\nm-lap-us-3\r\n"
                         "m-lap-us-5\r\nm-infer-done\r\n"
                         "m-results-[2.000,-1.000,1.000,-1.000]\r\n" READY);
    ck_assert_int_eq(model_runs, 5);
    expect("results%", "m-results-[2.000,-1.000,1.000,-1.000]\r\n" READY);
    expect("infer%", "m-warmup-start-10\r\nm-warmup-done\r\nm-infer-start-1\r\nm-lap-us-15\r\n"
                     "m-lap-us-16\r\nm-infer-done\r\n"
                     "m-results-[2.000,-1.000,1.000,-1.000]\r\n" READY);
}
END_TEST

/* As TVM's test of anomaly detection does it. */
START_TEST(elements_announced)
{
    expect("db load 6%", "m-[Expecting 12 bytes]\r\n" READY);
    expect("db 00010203%", READY);
    expect("db 0405060708090a0b%", "m-load-done\r\n" READY);
}
END_TEST

/* Rounded right, without an exponent, and never "-0.000". */
START_TEST(decimals)
{
    static const struct {
        const char *bytes; /* of a float, to which 1 is added */
        const char *text;
    } LEVELS[] = {
        {"00000000", "1.000"},   {"000080bf", "0.000"},  {"e3df7fbf", "0.000"},
        {"94de7fbf", "0.001"},   {"0e1080bf", "0.000"},  {"b61080bf", "-0.001"},
        {"00007f43", "256.000"}, {"0000c07f", "nan"},    {"0000807f", "inf"},
        {"000080ff", "-inf"},    {"000020c1", "-9.000"}, {"cdcc0cc0", "-1.200"},
    };
    for (size_t i = 0; i < sizeof(LEVELS) / sizeof(LEVELS[0]); i++) {
        char want[64];
        benchmark_hear("db load 12%db 00000000%db ");
        benchmark_hear(LEVELS[i].bytes);
        benchmark_hear("00000000%infer 1 0%");
        const char *said = benchmark_said();
        snprintf(want, sizeof(want), "m-results-[%s,1.000,", LEVELS[i].text);
        ck_assert_msg(strstr(said, want) != NULL, "%zu: no %s in %s", i, want, said);
    }
}
END_TEST

static const struct {
    const char *command;
    const char *what;
} MISTAKES[] = {
    {"%", "Unknown command: "},
    {"  %", "Unknown command: "},
    {"nonsense 1 2%", "Unknown command: nonsense"},
    {"names%", "Unknown command: names"},
    {"NAME%", "Unknown command: NAME"},
    {"a\x1b[2Jb\xff\x01%", "Unknown command: a?[2Jb??"},
    {"db%", "Command 'db' requires a subcommand"},
    {"db load%", "Command 'db load' requires the # of bytes"},
    {"db load 0%", "Command 'db load' must be >0 bytes and at most 12, not 0"},
    {"db load 13%", "Command 'db load' must be >0 bytes and at most 12, not 13"},
    {"db load -1%", "Command 'db load' must be >0 bytes and at most 12, not -1"},
    {"db load 4294967297%", "Command 'db load' must be >0 bytes and at most 12, not 4294967297"},
    {"db load 1x%", "Command 'db load' must be >0 bytes and at most 12, not 1x"},
    {"db 00%", "No bytes are expected: use 'db load' first"},
    {"db load 13%db 00%", "No bytes are expected: use 'db load' first"},
    {"db load 4%db 0%", "Insufficient number of hex digits"},
    {"db load 4%db 0g%", "Invalid hex digit 'g'"},
    {"db load 4%db 0x00%", "Invalid hex digit 'x'"},
    {"db load 4%db 0102030405%", "5 bytes, but only 4 of 4 are missing"},
    {"db load 4%db 01020304%db 05%", "1 bytes, but only 0 of 4 are missing"},
    {"db load 4%db 0102%db print 3%", "Command 'db print': not within the 2 bytes that are loaded"},
    {"db load 4%db 0102%db print 1 2%",
     "Command 'db print': not within the 2 bytes that are loaded"},
    {"db load 4%db 0102%db print 1 4294967295%",
     "Command 'db print': not within the 2 bytes that are loaded"},
    {"db load 4%db 0102%db print -1%",
     "Command 'db print': not within the 2 bytes that are loaded"},
    {"db load 4%db 01020304%infer 1 0%", "Input db has 4 bytes, expected 12"},
    {"db load 12%db 01020304%infer 1 0%", "Input db has 4 bytes, expected 12"},
    {"infer 0 0%", "Inference iterations must be >0 and at most 1000000, not 0"},
    {"infer -1 0%", "Inference iterations must be >0 and at most 1000000, not -1"},
    {"infer 1000001 0%", "Inference iterations must be >0 and at most 1000000, not 1000001"},
    {"infer 4294967297 0%", "Inference iterations must be >0 and at most 1000000, not 4294967297"},
    {"infer 18446744073709551617 0%",
     "Inference iterations must be >0 and at most 1000000, not 18446744073709551617"},
    {"infer 1 -1%", "Inference warmup must be >=0 and at most 1000000, not -1"},
    {"infer 1 99999999999%", "Inference warmup must be >=0 and at most 1000000, not 99999999999"},
    {"infer x%", "Inference iterations must be >0 and at most 1000000, not x"},
};

/* An error, ready for the next command, and none of them has run or changed anything. */
START_TEST(mistakes)
{
    const char *command = MISTAKES[_i].command;
    char want[256];
    snprintf(want, sizeof(want), "e-[%s]\r\n" READY, MISTAKES[_i].what);
    benchmark_hear(command);
    const char *said = benchmark_said();
    size_t length = strlen(said);
    ck_assert_msg(length >= strlen(want) && strcmp(said + length - strlen(want), want) == 0,
                  "%s: said %s, want %s", command, said, want);
    ck_assert_int_eq(model_runs, 0);
    benchmark_hear(LOADED "infer 1 0%");
    ck_assert_ptr_nonnull(strstr(benchmark_said(), "m-results-[2.000,-1.000,1.000,-1.000]"));
}
END_TEST

/* A command that is wrong takes none of its bytes. */
START_TEST(half_a_mistake)
{
    benchmark_hear("db load 4%db 01%db 0203zz%db 0203040506%");
    benchmark_said();
    expect("db print%", "m-buffer-01\r\n" READY);
    expect("db 020304%", "m-load-done\r\n" READY);
}
END_TEST

/* A command of so many characters. The caller frees. */
static char *command_of(size_t length)
{
    char *command = malloc(length + 2);
    memset(command, 'x', length);
    command[length] = '%';
    command[length + 1] = '\0';
    return command;
}

START_TEST(long_commands)
{
    static const size_t TOO_LONG[] = {81, 82, 160, 100000};
    char *longest = command_of(80);
    benchmark_hear(longest);
    ck_assert_int_eq(strncmp(benchmark_said(), "e-[Unknown command: xxxx", 24), 0);
    free(longest);
    for (size_t i = 0; i < sizeof(TOO_LONG) / sizeof(TOO_LONG[0]); i++) {
        char *command = command_of(TOO_LONG[i]);
        expect(command, "e-[Command longer than 80 characters]\r\n" READY);
        expect("timestamp%", "m-lap-us-0\r\n" READY);
        free(command);
    }
}
END_TEST

START_TEST(model_that_fails)
{
    expect("results%", "e-[No results: use infer first]\r\n" READY);
    benchmark_hear(LOADED "infer 1 0%");
    benchmark_said();
    model_status = -7;
    expect("infer 3 2%", "m-warmup-start-2\r\n"
                         "e-[Inference failed: the model returned -7]\r\n" READY);
    ck_assert_int_eq(model_runs, 2);
    expect("results%", "e-[No results: use infer first]\r\n" READY);
    model_status = 0;
    benchmark_hear("infer 1 0%");
    ck_assert_ptr_nonnull(strstr(benchmark_said(), "m-results-["));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("monitor");
    TCase *tests = tcase_create("monitor");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, identity);
    tcase_add_test(tests, load_and_infer);
    tcase_add_test(tests, elements_announced);
    tcase_add_test(tests, decimals);
    tcase_add_loop_test(tests, mistakes, 0, sizeof(MISTAKES) / sizeof(MISTAKES[0]));
    tcase_add_test(tests, half_a_mistake);
    tcase_add_test(tests, long_commands);
    tcase_add_test(tests, model_that_fails);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
