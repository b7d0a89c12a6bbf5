/* The runner's side of MLPerf Tiny's protocol, against a firmware that is played. */
#include "client/text/runner.h"
#include "unit/client/played_line.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOOT                                                                                       \
    "m-timestamp-mode-performance\r\nm-lap-us-7\r\nm-init-done\r\n"                                \
    "m-ready\r\n"
#define LAPS "m-infer-start-1\r\nm-lap-us-1000\r\nm-lap-us-4294967296123\r\nm-infer-done\r\n"

static struct error err;
static struct played_line player;

/* A firmware that is ready, and will say so. */
static struct runner *booted(const char *says)
{
    static char text[PLAYED_BYTES];
    struct runner *runner = NULL;
    struct link_stream stream = played_line_stream(&player);
    snprintf(text, sizeof(text), BOOT "%s", says);
    player = (struct played_line){.says = text, .piece = 7};
    ck_assert_msg(runner_open(&stream, 1000, &runner, &err), "%s", err.text);
    ck_assert_str_eq(player.heard, "");
    return runner;
}

START_TEST(load)
{
    uint8_t data[40];
    struct runner *runner = booted("m-[Expecting 40 bytes]\r\nm-ready\r\nm-ready\r\n"
                                   "m-load-done\r\nm-ready\r\n");
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(0xd0 + i);
    ck_assert_msg(runner_load(runner, data, sizeof(data), &err), "%s", err.text);
    ck_assert_str_eq(player.heard, "db load 40%"
                                   "db d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebec"
                                   "edeeeff0f1f2f3f4f5%db f6f7%");
    runner_close(runner);
}
END_TEST

START_TEST(infer)
{
    double results[3] = {0};
    uint64_t time_us = 0;
    struct runner *runner = booted("m-warmup-start-4\r\nm-warmup-done\r\n" LAPS
                                   "m-results-[0.250,-3.000,nan]\r\nm-ready\r\n");
    ck_assert_msg(runner_infer(runner, 20, 4, &time_us, results, 3, &err), "%s", err.text);
    ck_assert_str_eq(player.heard, "infer 20 4%");
    ck_assert_uint_eq(time_us, 4294967295123);
    ck_assert(results[0] == 0.25 && results[1] == -3 && results[2] != results[2]);
    ck_assert_ptr_nonnull(strstr(player.log, "m-init-done\nm-warmup-start-4\n"));
    runner_close(runner);
}
END_TEST

/* Answers to an inference of two results that are none. */
static const struct {
    const char *says;
    enum error_kind kind;
    const char *why;
} BAD[] = {
    {"", ERROR_TIMEOUT, "was not ready within 1000 ms after \"infer 1 0%\""},
    {LAPS "m-results-[1,2]\r\n", ERROR_TIMEOUT, "was not ready"},
    {"e-[Input db has 0 bytes]\r\nm-ready\r\n", ERROR_DEVICE,
     "the firmware says: e-[Input db has 0 bytes]"},
    {LAPS "m-results-[1]\r\nm-ready\r\n", ERROR_DEVICE, "sent 1 results, the model has 2"},
    {LAPS "m-results-[1,2,3]\r\nm-ready\r\n", ERROR_DEVICE, "sent 3 results, the model has 2"},
    {LAPS "m-results-[]\r\nm-ready\r\n", ERROR_DEVICE, "sent 0 results"},
    {LAPS "m-ready\r\n", ERROR_DEVICE, "sent 0 results"},
    {LAPS "m-results-[1,2\r\nm-ready\r\n", ERROR_DEVICE, "answer is none: \"1,2\""},
    {LAPS "m-results-[1,2] \r\nm-ready\r\n", ERROR_DEVICE, "answer is none"},
    {LAPS "m-results-[1 2]\r\nm-ready\r\n", ERROR_DEVICE, "answer is none"},
    {LAPS "m-results-[1,,2]\r\nm-ready\r\n", ERROR_DEVICE, "answer is none"},
    {LAPS "m-results-[1,2,]\r\nm-ready\r\n", ERROR_DEVICE, "answer is none"},
    {"m-results-[1,2]\r\nm-ready\r\n", ERROR_DEVICE, "told 0 times"},
    {"m-lap-us-5\r\nm-results-[1,2]\r\nm-ready\r\n", ERROR_DEVICE, "told 1 times"},
    {"m-lap-us-5\r\nm-lap-us-4\r\nm-results-[1,2]\r\nm-ready\r\n", ERROR_DEVICE, "told 2 times"},
    {LAPS "m-lap-us-9\r\nm-ready\r\n", ERROR_DEVICE, "answer is none: \"9\""},
    {"m-lap-us-x\r\nm-ready\r\n", ERROR_DEVICE, "answer is none: \"x\""},
};

START_TEST(bad_answers)
{
    double results[2];
    uint64_t time_us = 7;
    struct runner *runner = booted(BAD[_i].says);
    ck_assert(!runner_infer(runner, 1, 0, &time_us, results, 2, &err));
    ck_assert_msg(err.kind == BAD[_i].kind, "%s", err.text);
    ck_assert_msg(strstr(err.text, BAD[_i].why) != NULL, "%s", err.text);
    ck_assert_uint_eq(time_us, 7);
    runner_close(runner);
}
END_TEST

START_TEST(refused_load)
{
    struct runner *runner = booted("e-[Command 'db load' must be ...]\r\nm-ready\r\n");
    ck_assert(!runner_load(runner, "x", 1, &err));
    ck_assert_int_eq(err.kind, ERROR_DEVICE);
    ck_assert_str_eq(player.heard, "db load 1%");
    runner_close(runner);
}
END_TEST

START_TEST(never_ready)
{
    struct runner *runner = NULL;
    struct link_stream stream = played_line_stream(&player);
    player = (struct played_line){.says = "m-ready?\r\nhello\n", .piece = 100};
    ck_assert(!runner_open(&stream, 1000, &runner, &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    ck_assert_msg(strstr(err.text, "within 1000 ms after \"boot\"") != NULL, "%s", err.text);
    ck_assert_ptr_null(runner);
}
END_TEST

/* A deadline is for an answer, not for lines. */
START_TEST(printing_without_end_is_no_answer)
{
    struct runner *runner = NULL;
    struct link_stream stream = played_line_stream(&player);
    player = (struct played_line){.says = "hello\n", .piece = 100, .repeats = "once more\n"};
    ck_assert(!runner_open(&stream, 20, &runner, &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    ck_assert_msg(strstr(err.text, "within 20 ms after \"boot\"") != NULL, "%s", err.text);
    ck_assert_msg(strstr(player.log, "hello\nonce more\nonce more\n") != NULL, "%s", player.log);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("runner");
    TCase *tests = tcase_create("runner");
    tcase_add_test(tests, load);
    tcase_add_test(tests, infer);
    tcase_add_loop_test(tests, bad_answers, 0, sizeof(BAD) / sizeof(BAD[0]));
    tcase_add_test(tests, refused_load);
    tcase_add_test(tests, never_ready);
    tcase_add_test(tests, printing_without_end_is_no_answer);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
