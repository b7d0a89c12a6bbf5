/* The talk with a standalone firmware, against one that is played here. */
#include "client/text/standalone.h"
#include "unit/client/played_line.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct played_line player;

/* A firmware that greeted, and will say so. */
static struct standalone *greeted(const char *says)
{
    static char text[PLAYED_BYTES];
    struct standalone *standalone = NULL;
    struct link_stream stream = played_line_stream(&player);
    snprintf(text, sizeof(text), "wakeup\n%s", says);
    player = (struct played_line){.says = text, .piece = 5};
    ck_assert_msg(standalone_open(&stream, 1000, &standalone, &err), "%s", err.text);
    ck_assert_str_eq(player.heard, "init%");
    player.heard[0] = '\0';
    return standalone;
}

START_TEST(whole_talk)
{
    static const uint8_t INPUT[] = {0x00, 0xff, 0x1a};
    uint8_t output[2] = {0};
    uint64_t time_us = 0;
    struct standalone *standalone = greeted("input:1:3\nsome log\ntime_us:1234\nresult:0:1\n"
                                            "output:0:00ff\n");
    ck_assert(standalone_set_input(standalone, 1, INPUT, sizeof(INPUT), &err));
    ck_assert(standalone_infer(standalone, &time_us, &err));
    ck_assert(standalone_get_output(standalone, 0, output, sizeof(output), &err));
    ck_assert_str_eq(player.heard, "input:1:00ff1a%infer%output:0%");
    ck_assert_str_eq(player.log, "some log\n");
    ck_assert_uint_eq(time_us, 1234);
    ck_assert_int_eq(output[0], 0x00);
    ck_assert_int_eq(output[1], 0xff);
    standalone_close(standalone);
}
END_TEST

/* Lines of any length, in pieces of any size. */
START_TEST(long_line)
{
    enum { BYTES = 100000 };
    char *says = malloc(2 * BYTES + 32);
    uint8_t *output = malloc(BYTES);
    struct standalone *standalone = greeted("");
    int used = snprintf(says, 32, "output:3:");
    memset(says + used, 'a', (size_t)2 * BYTES);
    memcpy(says + used + (size_t)2 * BYTES, "\n", 2);
    player.says = says;
    player.piece = (size_t)_i;
    ck_assert_msg(standalone_get_output(standalone, 3, output, BYTES, &err), "%s", err.text);
    for (size_t i = 0; i < BYTES; i++)
        ck_assert_int_eq(output[i], 0xaa);
    free(says);
    free(output);
    standalone_close(standalone);
}
END_TEST

/* Answers to "output 0, of 2 bytes" that are none. */
static const struct {
    const char *says;
    enum error_kind kind;
    const char *why;
} BAD_OUTPUTS[] = {
    {"", ERROR_TIMEOUT, "did not answer \"output:0:\""},
    {"output:0:00ff", ERROR_TIMEOUT, "did not answer"},
    {"output:1:00ff\n", ERROR_TIMEOUT, "did not answer"},
    {"output:0:\n", ERROR_DEVICE, "0 hex digits for 2 bytes"},
    {"output:0:00f\n", ERROR_DEVICE, "3 hex digits for 2 bytes"},
    {"output:0:00ff0\n", ERROR_DEVICE, "5 hex digits"},
    {"output:0:00fg\n", ERROR_DEVICE, "byte 1 is not two hex digits"},
    {"output:0:00FF\n", ERROR_DEVICE, "byte 1 is not two hex digits"},
    {"error:output \"0\": broken\n", ERROR_DEVICE, "the firmware says: error:output \"0\": broken"},
};

START_TEST(bad_outputs)
{
    uint8_t output[2];
    struct standalone *standalone = greeted(BAD_OUTPUTS[_i].says);
    ck_assert(!standalone_get_output(standalone, 0, output, sizeof(output), &err));
    ck_assert_msg(err.kind == BAD_OUTPUTS[_i].kind, "%s", err.text);
    ck_assert_msg(strstr(err.text, BAD_OUTPUTS[_i].why) != NULL, "%s", err.text);
    standalone_close(standalone);
}
END_TEST

static const char *const BAD_TIMES[] = {"time_us:\n", "time_us:1x\n", "time_us:x\n"};

START_TEST(bad_times)
{
    uint64_t time_us = 7;
    struct standalone *standalone = greeted(BAD_TIMES[_i]);
    ck_assert(!standalone_infer(standalone, &time_us, &err));
    ck_assert_int_eq(err.kind, ERROR_DEVICE);
    ck_assert_uint_eq(time_us, 7);
    standalone_close(standalone);
}
END_TEST

START_TEST(printing_without_end_is_no_answer)
{
    struct standalone *standalone = NULL;
    struct link_stream stream = played_line_stream(&player);
    player = (struct played_line){.says = "", .piece = 100, .repeats = "once more\n"};
    ck_assert(!standalone_open(&stream, 20, &standalone, &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    ck_assert_msg(strstr(err.text, "within 20 ms") != NULL, "%s", err.text);
}
END_TEST

START_TEST(no_greeting)
{
    struct standalone *standalone = NULL;
    struct link_stream stream = played_line_stream(&player);
    player = (struct played_line){.says = "hello\n", .piece = 100};
    ck_assert(!standalone_open(&stream, 1000, &standalone, &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    ck_assert_msg(strstr(err.text, "\"wakeup\" within 1000 ms") != NULL, "%s", err.text);
    ck_assert_ptr_null(standalone);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("standalone_client");
    TCase *tests = tcase_create("standalone_client");
    tcase_add_test(tests, whole_talk);
    tcase_add_loop_test(tests, long_line, 4095, 4098);
    tcase_add_loop_test(tests, bad_outputs, 0, sizeof(BAD_OUTPUTS) / sizeof(BAD_OUTPUTS[0]));
    tcase_add_loop_test(tests, bad_times, 0, sizeof(BAD_TIMES) / sizeof(BAD_TIMES[0]));
    tcase_add_test(tests, no_greeting);
    tcase_add_test(tests, printing_without_end_is_no_answer);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
