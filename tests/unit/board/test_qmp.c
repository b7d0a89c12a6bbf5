/* QMP against a peer that says what a test wants, also nonsense. */
#include "board/qemu/qmp.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct error err;
static struct qmp qmp;
static int peer;
static cJSON *result;

static const char GREETING[] = "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n";

static void open_pair(void)
{
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ck_assert(qmp_open(ends[0], false, &qmp, &err));
    peer = ends[1];
    result = NULL;
}

static void close_pair(void)
{
    cJSON_Delete(result);
    qmp_close(&qmp);
    qmp_close(&qmp);
    if (peer >= 0)
        close(peer);
}

static void say(const char *text)
{
    ck_assert_int_eq(write(peer, text, strlen(text)), (ssize_t)strlen(text));
}

static void hang_up(void)
{
    close(peer);
    peer = -1;
}

/* What qmp sent so far. */
static const char *heard(void)
{
    static char text[4096];
    ssize_t size = recv(peer, text, sizeof(text) - 1, MSG_DONTWAIT);
    text[size > 0 ? size : 0] = '\0';
    return text;
}

static struct qmp_wait wait_ms(int timeout_ms)
{
    return (struct qmp_wait){.deadline =
                                 timeout_ms < 0 ? deadline_never() : deadline_in_ms(timeout_ms),
                             .side_fds = {-1, -1}};
}

static bool command(int timeout_ms)
{
    struct qmp_wait wait = wait_ms(timeout_ms);
    return qmp_command(&qmp, "query", NULL, &wait, &result, &err);
}

static bool greet(int timeout_ms)
{
    struct qmp_wait wait = wait_ms(timeout_ms);
    return qmp_greet(&qmp, &wait, &err);
}

START_TEST(greeting_and_negotiation)
{
    say(GREETING);
    say("{\"return\": {}, \"id\": 1}\r\n");
    ck_assert_msg(greet(-1), "%s", err.text);
    ck_assert_str_eq(heard(), "{\"execute\":\"qmp_capabilities\",\"id\":1}\n");
}
END_TEST

START_TEST(greeting_that_is_none)
{
    say("{\"hello\": 1}\n");
    ck_assert(!greet(-1));
    ck_assert_int_eq(err.kind, ERROR_DEVICE);
    ck_assert_ptr_nonnull(strstr(err.text, "did not greet"));
}
END_TEST

START_TEST(a_command_gets_its_result)
{
    cJSON *arguments = cJSON_Parse("{\"command-line\": \"info \\\"x\\\"\"}");
    struct qmp_wait wait = wait_ms(-1);
    say("{\"return\": \"text\", \"id\": 1}\n");
    ck_assert_msg(qmp_command(&qmp, "hmp", arguments, &wait, &result, &err), "%s", err.text);
    ck_assert_str_eq(cJSON_GetStringValue(result), "text");
    ck_assert_str_eq(heard(), "{\"execute\":\"hmp\",\"id\":1,\"arguments\":"
                              "{\"command-line\":\"info \\\"x\\\"\"}}\n");
}
END_TEST

START_TEST(the_result_may_be_dropped)
{
    struct qmp_wait wait = wait_ms(-1);
    say("{\"return\": {\"a\": [1]}, \"id\": 1}\n");
    ck_assert(qmp_command(&qmp, "query", NULL, &wait, NULL, &err));
}
END_TEST

START_TEST(events_and_other_replies_are_skipped)
{
    say("{\"event\": \"RESUME\", \"timestamp\": {}}\n{\"return\": 1}\n{\"return\": 2, \"id\": 7}\n"
        "{\"return\": 3, \"id\": \"1\"}\n[]\n{\"return\": 4, \"id\": 1}\n");
    ck_assert_msg(command(-1), "%s", err.text);
    ck_assert_int_eq(result->valueint, 4);
}
END_TEST

START_TEST(refusal)
{
    say("{\"error\": {\"class\": \"GenericError\", \"desc\": \"not now\"}, \"id\": 1}\n"
        "{\"error\": {}, \"id\": 2}\n{\"id\": 3}\n");
    ck_assert(!command(-1));
    ck_assert_int_eq(err.kind, ERROR_DEVICE);
    ck_assert_str_eq(err.text, "QEMU refused query: not now");
    ck_assert(!command(-1));
    ck_assert_str_eq(err.text, "QEMU refused query: no reason given");
    ck_assert(!command(-1));
    ck_assert_str_eq(err.text, "QEMU's reply to query holds no result");
    ck_assert_ptr_null(result);
}
END_TEST

START_TEST(nonsense_is_shown)
{
    say("qemu: what?\n");
    ck_assert(!command(-1));
    ck_assert_int_eq(err.kind, ERROR_DEVICE);
    ck_assert_str_eq(err.text, "QEMU sent on its control socket: qemu: what?");
}
END_TEST

START_TEST(hang_up_is_noticed)
{
    say("{\"return\": {}, \"id\": 1}\n{\"ret");
    hang_up();
    ck_assert_msg(!command(-1), "the socket was closed before the command");
    ck_assert_int_eq(err.kind, ERROR_DEVICE);
    ck_assert_str_eq(err.text, "QEMU closed its control socket");
}
END_TEST

START_TEST(hang_up_instead_of_a_greeting)
{
    hang_up();
    ck_assert(!greet(-1));
    ck_assert_str_eq(err.text, "QEMU closed its control socket");
    ck_assert(qmp.closed);
}
END_TEST

START_TEST(no_answer)
{
    ck_assert(!command(1));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    say("{\"return\": 1, \"id\": 1}\n{\"return\": 2, \"id\": 2}\n");
    ck_assert_msg(command(-1), "the late reply is not taken for this one: %s", err.text);
    ck_assert_int_eq(result->valueint, 2);
}
END_TEST

START_TEST(a_line_without_end_is_given_up)
{
    char *text = malloc(4096);
    memset(text, 'x', 4096);
    ck_assert_int_eq(fcntl(peer, F_SETFL, O_NONBLOCK), 0);
    for (int i = 0; i < 1024 && !qmp.closed; i++) {
        ck_assert_int_gt(write(peer, text, 4096), 0);
        qmp_pump(&qmp);
    }
    ck_assert(qmp.closed);
    free(text);
}
END_TEST

/* A side file that is always ready, whose callback says one byte more of a reply each time. */
static const char *rest;

static void say_a_byte(void *context)
{
    ck_assert_ptr_eq(context, &rest);
    if (*rest)
        ck_assert_int_eq(write(peer, rest++, 1), 1);
}

START_TEST(byte_by_byte_and_side_files_are_served)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
    rest = "{\"event\": \"X\"}\r\n{\"return\": [1, 2], \"id\": 1}\r\n";
    for (int slot = 0; slot < QMP_SIDE_FDS; slot++) {
        struct qmp_wait wait = wait_ms(-1);
        wait.side_fds[slot] = ends[0];
        wait.side_ready = say_a_byte;
        wait.context = &rest;
        cJSON_Delete(result);
        result = NULL;
        ck_assert_msg(qmp_command(&qmp, "query", NULL, &wait, &result, &err), "%s", err.text);
        ck_assert_int_eq(cJSON_GetArraySize(result), 2);
        rest = "{\"return\": [1, 2], \"id\": 2}\n";
    }
}
END_TEST

START_TEST(a_posted_command_is_not_waited_for)
{
    struct qmp_wait wait = wait_ms(-1);
    ck_assert(qmp_post(&qmp, "x-go", &wait, &err));
    ck_assert_str_eq(heard(), "{\"execute\":\"x-go\",\"id\":1}\n");
    say("{\"return\": {}, \"id\": 1}\n");
    qmp_pump(&qmp);
    ck_assert_str_eq(qmp.refusal, "");
    say("{\"error\": {\"desc\": \"too late\"}, \"id\": 1}\n");
    qmp_pump(&qmp);
    ck_assert_str_eq(qmp.refusal, "too late");
}
END_TEST

START_TEST(a_nudge_never_blocks)
{
    qmp_nudge(&qmp);
    ck_assert_str_eq(heard(), "{\"execute\":\"query-status\"}\n");
    for (int i = 0; i < 100000; i++) /* far more than a socket holds */
        qmp_nudge(&qmp);
    ck_assert(!qmp.closed);
    hang_up();
    qmp_nudge(&qmp);
    ck_assert(qmp.closed);
    qmp_nudge(&qmp);
}
END_TEST

START_TEST(a_full_socket_is_a_time_out)
{
    for (int i = 0; i < 100000; i++)
        qmp_nudge(&qmp);
    ck_assert(!command(1));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    ck_assert_str_eq(err.text, "QEMU takes no commands");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("qmp");
    tcase_add_checked_fixture(tests, open_pair, close_pair);
    tcase_add_test(tests, greeting_and_negotiation);
    tcase_add_test(tests, greeting_that_is_none);
    tcase_add_test(tests, a_command_gets_its_result);
    tcase_add_test(tests, the_result_may_be_dropped);
    tcase_add_test(tests, events_and_other_replies_are_skipped);
    tcase_add_test(tests, refusal);
    tcase_add_test(tests, nonsense_is_shown);
    tcase_add_test(tests, hang_up_is_noticed);
    tcase_add_test(tests, hang_up_instead_of_a_greeting);
    tcase_add_test(tests, no_answer);
    tcase_add_test(tests, a_line_without_end_is_given_up);
    tcase_add_test(tests, byte_by_byte_and_side_files_are_served);
    tcase_add_test(tests, a_posted_command_is_not_waited_for);
    tcase_add_test(tests, a_nudge_never_blocks);
    tcase_add_test(tests, a_full_socket_is_a_time_out);
    Suite *suite = suite_create("qmp");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
