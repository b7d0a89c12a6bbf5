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
    ck_assert_msg(qmp_open(ends[0], false, &qmp, &err), "%s", err.text);
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

static void greet(void)
{
    say(GREETING);
    qmp_take_in(&qmp);
    ck_assert(qmp.greeted && !qmp.ready);
    ck_assert_str_eq(heard(), "{\"execute\":\"qmp_capabilities\",\"id\":1}\n");
    say("{\"return\": {}, \"id\": 1}\r\n");
    qmp_take_in(&qmp);
    ck_assert_msg(qmp.ready, "%s", qmp.failure);
    ck_assert(!qmp_has_answer(&qmp));
}

static void open_greeted(void)
{
    open_pair();
    greet();
}

static bool take(void)
{
    qmp_take_in(&qmp);
    ck_assert(qmp_has_answer(&qmp));
    bool good = qmp_take_answer(&qmp, "query", &result, &err);
    ck_assert(!qmp_has_answer(&qmp));
    return good;
}

static bool ask(const char *answer)
{
    ck_assert_msg(qmp_ask(&qmp, "query", NULL, &err), "%s", err.text);
    say(answer);
    return take();
}

/* ---- greeting ---- */

START_TEST(greeting_and_negotiation)
{
    greet();
    ck_assert_str_eq(qmp.failure, "");
}
END_TEST

START_TEST(nothing_yet)
{
    qmp_take_in(&qmp);
    ck_assert(!qmp.greeted && !qmp.ready && !qmp.closed);
    ck_assert_str_eq(qmp.failure, "");
}
END_TEST

START_TEST(greeting_that_is_none)
{
    say("{\"hello\": 1}\n");
    qmp_take_in(&qmp);
    ck_assert_str_eq(qmp.failure, "QEMU did not greet on its control socket");
    ck_assert(!qmp.greeted);
}
END_TEST

START_TEST(negotiation_that_fails)
{
    say(GREETING);
    say("{\"error\": {\"desc\": \"not today\"}, \"id\": 1}\n");
    qmp_take_in(&qmp);
    ck_assert_str_eq(qmp.failure, "QEMU refused qmp_capabilities: not today");
    ck_assert(!qmp.ready);
}
END_TEST

START_TEST(the_version_is_in_the_greeting)
{
    say("{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, "
        "\"package\": \"Debian 1\"}, \"capabilities\": []}}\r\n");
    qmp_take_in(&qmp);
    ck_assert_str_eq(qmp.version, "7.2.22 (Debian 1)");
}
END_TEST

START_TEST(hang_up_instead_of_a_greeting)
{
    hang_up();
    qmp_take_in(&qmp);
    ck_assert(qmp.closed && !qmp.greeted);
}
END_TEST

START_TEST(hang_up_behind_the_greeting)
{
    say(GREETING);
    hang_up();
    while (!qmp.closed)
        qmp_take_in(&qmp);
    ck_assert(qmp.greeted && !qmp.ready);
    ck_assert_str_eq(qmp.failure, "");
}
END_TEST

START_TEST(a_line_without_end_is_given_up)
{
    char *text = malloc(4096);
    memset(text, 'x', 4096);
    ck_assert_int_eq(fcntl(peer, F_SETFL, O_NONBLOCK), 0);
    for (int i = 0; i < 1024 && !qmp.closed; i++) {
        ck_assert_int_gt(write(peer, text, 4096), 0);
        qmp_take_in(&qmp);
    }
    ck_assert(qmp.closed);
    free(text);
}
END_TEST

/* ---- commands ---- */

START_TEST(a_command_gets_its_result)
{
    cJSON *arguments = cJSON_Parse("{\"command-line\": \"info \\\"x\\\"\"}");
    ck_assert_msg(qmp_ask(&qmp, "hmp", arguments, &err), "%s", err.text);
    ck_assert_str_eq(heard(), "{\"execute\":\"hmp\",\"id\":2,\"arguments\":"
                              "{\"command-line\":\"info \\\"x\\\"\"}}\n");
    say("{\"return\": \"text\", \"id\": 2}\n");
    ck_assert_msg(take(), "%s", err.text);
    ck_assert_str_eq(cJSON_GetStringValue(result), "text");
}
END_TEST

START_TEST(the_result_may_be_dropped)
{
    ck_assert(qmp_ask(&qmp, "query", NULL, &err));
    say("{\"return\": {\"a\": [1]}, \"id\": 2}\n");
    qmp_take_in(&qmp);
    ck_assert(qmp_take_answer(&qmp, "query", NULL, &err));
}
END_TEST

START_TEST(events_and_other_replies_are_skipped)
{
    ck_assert_msg(ask("{\"event\": \"RESUME\", \"timestamp\": {}}\n{\"return\": 1}\n"
                      "{\"return\": 2, \"id\": 7}\n{\"return\": 3, \"id\": \"2\"}\n[]\n"
                      "{\"return\": 4, \"id\": 2}\n{\"return\": 5, \"id\": 2}\n"),
                  "%s", err.text);
    ck_assert_int_eq(result->valueint, 4);
}
END_TEST

START_TEST(an_answer_that_nobody_asked_for)
{
    say("{\"return\": 1, \"id\": 0}\n{\"return\": 1, \"id\": 1}\n{\"return\": 1, \"id\": 2}\n");
    qmp_take_in(&qmp);
    ck_assert(!qmp_has_answer(&qmp));
    ck_assert_str_eq(qmp.failure, "");
}
END_TEST

START_TEST(refusal)
{
    ck_assert(
        !ask("{\"error\": {\"class\": \"GenericError\", \"desc\": \"not now\"}, \"id\": 2}\n"));
    ck_assert_int_eq(err.kind, ERROR_DEVICE);
    ck_assert_str_eq(err.text, "QEMU refused query: not now");
    ck_assert(!ask("{\"error\": {}, \"id\": 3}\n"));
    ck_assert_str_eq(err.text, "QEMU refused query: no reason given");
    ck_assert(!ask("{\"id\": 4}\n"));
    ck_assert_str_eq(err.text, "QEMU's reply to query holds no result");
    ck_assert_ptr_null(result);
}
END_TEST

START_TEST(nonsense_is_shown)
{
    say("qemu: what?\n");
    qmp_take_in(&qmp);
    ck_assert_str_eq(qmp.failure, "QEMU sent on its control socket: qemu: what?");
}
END_TEST

START_TEST(hang_up_is_noticed)
{
    ck_assert(qmp_ask(&qmp, "query", NULL, &err));
    say("{\"return\": {}, \"id\": 1}\n{\"ret");
    hang_up();
    while (!qmp.closed)
        qmp_take_in(&qmp);
    ck_assert(!qmp_has_answer(&qmp));
    ck_assert(!qmp_ask(&qmp, "query", NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_DEVICE);
    ck_assert_str_eq(err.text, "QEMU closed its control socket");
}
END_TEST

START_TEST(a_late_answer_is_not_taken_for_the_next)
{
    ck_assert(qmp_ask(&qmp, "query", NULL, &err));
    qmp_take_in(&qmp);
    ck_assert(!qmp_has_answer(&qmp));
    ck_assert(ask("{\"return\": 1, \"id\": 2}\n{\"return\": 2, \"id\": 3}\n"));
    ck_assert_int_eq(result->valueint, 2);
}
END_TEST

START_TEST(an_answer_that_was_not_taken_is_forgotten)
{
    ck_assert(qmp_ask(&qmp, "query", NULL, &err));
    say("{\"return\": 1, \"id\": 2}\n");
    qmp_take_in(&qmp);
    ck_assert(qmp_has_answer(&qmp));
    ck_assert(ask("{\"return\": 2, \"id\": 3}\n"));
    ck_assert_int_eq(result->valueint, 2);
}
END_TEST

START_TEST(byte_by_byte)
{
    const char *text = "{\"event\": \"X\"}\r\n{\"return\": [1, 2], \"id\": 2}\r\n";
    ck_assert(qmp_ask(&qmp, "query", NULL, &err));
    for (; *text; text++) {
        ck_assert(!qmp_has_answer(&qmp));
        ck_assert_int_eq(write(peer, text, 1), 1);
        qmp_take_in(&qmp);
    }
    ck_assert(take());
    ck_assert_int_eq(cJSON_GetArraySize(result), 2);
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
    ck_assert(!qmp_ask(&qmp, "query", NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    ck_assert_str_eq(err.text, "QEMU takes no commands");
}
END_TEST

int main(void)
{
    TCase *greetings = tcase_create("greetings");
    tcase_add_checked_fixture(greetings, open_pair, close_pair);
    tcase_add_test(greetings, greeting_and_negotiation);
    tcase_add_test(greetings, nothing_yet);
    tcase_add_test(greetings, greeting_that_is_none);
    tcase_add_test(greetings, negotiation_that_fails);
    tcase_add_test(greetings, the_version_is_in_the_greeting);
    tcase_add_test(greetings, hang_up_instead_of_a_greeting);
    tcase_add_test(greetings, hang_up_behind_the_greeting);
    tcase_add_test(greetings, a_line_without_end_is_given_up);
    TCase *commands = tcase_create("commands");
    tcase_add_checked_fixture(commands, open_greeted, close_pair);
    tcase_add_test(commands, a_command_gets_its_result);
    tcase_add_test(commands, the_result_may_be_dropped);
    tcase_add_test(commands, events_and_other_replies_are_skipped);
    tcase_add_test(commands, an_answer_that_nobody_asked_for);
    tcase_add_test(commands, refusal);
    tcase_add_test(commands, nonsense_is_shown);
    tcase_add_test(commands, hang_up_is_noticed);
    tcase_add_test(commands, a_late_answer_is_not_taken_for_the_next);
    tcase_add_test(commands, an_answer_that_was_not_taken_is_forgotten);
    tcase_add_test(commands, byte_by_byte);
    tcase_add_test(commands, a_nudge_never_blocks);
    tcase_add_test(commands, a_full_socket_is_a_time_out);
    Suite *suite = suite_create("qmp");
    suite_add_tcase(suite, greetings);
    suite_add_tcase(suite, commands);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
