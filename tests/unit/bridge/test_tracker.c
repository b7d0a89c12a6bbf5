/* Offering a server at a tracker that answers, misbehaves, goes away and comes back. */
#include "bridge/tracker.h"
#include "unit/bridge/fake_tracker.h"
#include "unit/bridge/tcp_peer.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERVER_PORT = 9090 };

static struct error err;
static struct fake_tracker fake;
static struct tracker tracker;
static int keys_count;
static char events[4096]; /* all that a person was told, a line each */

static void hear(void *context, const char *line)
{
    ck_assert_ptr_eq(context, &events);
    size_t used = strlen(events);
    snprintf(events + used, sizeof(events) - used, "%s\n", line);
}

static void hear_key(void *context, const char *match_key)
{
    ck_assert_ptr_eq(context, &events);
    ck_assert_str_eq(match_key, tracker.match_key);
    keys_count++;
}

static void start(void)
{
    fake_tracker_start(&fake, 0);
    tracker_init(&tracker, "127.0.0.1", fake.port, "riscv", SERVER_PORT);
    tracker.on_event = hear;
    tracker.on_key = hear_key;
    tracker.context = &events;
}

static void stop(void)
{
    tracker_close(&tracker);
    tracker_close(&tracker);
    fake_tracker_stop(&fake);
}

/* Until it has nothing to do but to let time pass. */
static bool run_on(void)
{
    bool good = tracker_run(&tracker, &err);
    while (good && tracker.step != TRACKER_IDLE) {
        struct pollfd fds[2] = {tracker_poll_fd(&tracker)};
        struct error ignored;
        int ready = 0;
        int count = 1 + fake.pump.fds(&fake, fds + 1);
        ck_assert(wait_ready(fds, count, tracker.due, NULL, &ready, &ignored));
        if (count > 1 && fds[1].revents)
            fake.pump.run(&fake);
        good = tracker_run(&tracker, &err);
    }
    return good;
}

/* As if the time had come. */
static bool poll_now(void)
{
    tracker.due = deadline_in_ms(0);
    return run_on();
}

static void keep_key(char key[TRACKER_KEY_SIZE])
{
    snprintf(key, TRACKER_KEY_SIZE, "%s", tracker.match_key);
}

static int count_lines(const char *part)
{
    int count = 0;
    for (const char *at = strstr(events, part); at; at = strstr(at + 1, part))
        count++;
    return count;
}

START_TEST(offers_itself)
{
    ck_assert_msg(run_on(), "%s", err.text);
    ck_assert_int_eq(fake.connections, 1);
    ck_assert_str_eq(fake.info, "[5,{\"key\":\"server:riscv\",\"addr\":[null,9090]}]");
    ck_assert_int_eq(strncmp(fake.last, "[3,\"riscv\",[9090,\"riscv:0.", 26), 0);
    ck_assert_str_eq(fake.key, tracker.match_key);
    ck_assert_int_eq(count_lines(": connected\n"), 1);
    ck_assert(!deadline_passed(tracker.due));
    int requests = fake.requests;
    ck_assert(run_on()); /* nothing is due */
    ck_assert_int_eq(fake.requests, requests);
}
END_TEST

START_TEST(keeps_its_key_while_it_waits)
{
    char key[TRACKER_KEY_SIZE];
    ck_assert(poll_now());
    keep_key(key);
    for (int i = 0; i < 5; i++) {
        ck_assert(poll_now());
        ck_assert_str_eq(fake.last, "[7]");
        tracker.unused = deadline_in_ms(0);
    }
    ck_assert_str_eq(key, tracker.match_key);
    ck_assert_int_eq(fake.connections, 1);
}
END_TEST

START_TEST(a_new_key_for_each_client)
{
    char key[TRACKER_KEY_SIZE];
    ck_assert(poll_now());
    keep_key(key);
    fake.pending = false; /* a client was sent to us, came, and has been served */
    tracker_offer(&tracker);
    ck_assert(deadline_passed(tracker.due));
    ck_assert(run_on());
    ck_assert_str_ne(key, tracker.match_key);
    ck_assert_str_eq(fake.key, tracker.match_key);
    ck_assert_int_eq(fake.connections, 1);
}
END_TEST

/* A client that was sent to us has a while to come; then somebody else may have our board. */
START_TEST(a_client_that_never_comes)
{
    char key[TRACKER_KEY_SIZE];
    ck_assert(poll_now());
    keep_key(key);
    fake.pending = false;
    ck_assert(poll_now());
    ck_assert(poll_now());
    ck_assert_msg(strcmp(key, tracker.match_key) == 0, "its time is not over");
    tracker.unused = deadline_in_ms(0);
    ck_assert(poll_now());
    ck_assert_str_ne(key, tracker.match_key);
    ck_assert_str_eq(fake.key, tracker.match_key);
    ck_assert(poll_now());
    ck_assert_msg(!tracker.handed_out, "the new key waits");
}
END_TEST

START_TEST(a_tracker_that_is_not_there_yet)
{
    int port = fake.port;
    fake_tracker_stop(&fake);
    for (int i = 0; i < 3; i++)
        ck_assert_msg(poll_now(), "%s", err.text);
    ck_assert_msg(!deadline_passed(tracker.due), "it would spin");
    ck_assert_int_eq(count_lines("refused"), 1); /* said once */
    fake_tracker_start(&fake, port);
    ck_assert(poll_now());
    ck_assert_str_eq(fake.key, tracker.match_key);
    ck_assert_int_eq(count_lines(": connected\n"), 1);
}
END_TEST

START_TEST(a_tracker_that_comes_back)
{
    int port = fake.port;
    for (int round = 1; round <= 3; round++) {
        char key[TRACKER_KEY_SIZE];
        ck_assert(poll_now());
        ck_assert_str_eq(fake.key, tracker.match_key);
        keep_key(key);
        fake_tracker_stop(&fake);
        ck_assert_msg(poll_now(), "%s", err.text);
        ck_assert(poll_now());
        ck_assert_int_eq(tracker.socket.fd, -1);
        fake_tracker_start(&fake, port);
        ck_assert(poll_now());
        ck_assert_str_ne(key, tracker.match_key);
        ck_assert_str_eq(fake.key, tracker.match_key);
        ck_assert_int_eq(count_lines(": connected\n"), round + 1);
    }
}
END_TEST

/* Whatever it does, at each of its answers: it is left alone for a while and asked again. */
START_TEST(a_tracker_that_misbehaves)
{
    static const enum fake_tracker_fault FAULTS[] = {
        FAKE_TRACKER_CLOSES,     FAKE_TRACKER_REFUSES, FAKE_TRACKER_NO_JSON,
        FAKE_TRACKER_HUGE_REPLY, FAKE_TRACKER_NO_LIST,
    };
    enum { REQUESTS = 4 }; /* magic, description, key, question */
    fake.fault = FAULTS[_i / REQUESTS];
    fake.after = _i % REQUESTS;
    ck_assert_msg(poll_now(), "%s", err.text);
    ck_assert_msg(poll_now(), "%s", err.text);
    bool applies = tracker.socket.fd < 0; /* some faults have no meaning at some answers */
    ck_assert(applies || fake.fault == FAKE_TRACKER_REFUSES || fake.fault == FAKE_TRACKER_NO_LIST);
    if (applies)
        ck_assert_int_ge(count_lines("tracker 127.0.0.1:"), 1);
    fake_tracker_stop(&fake);
    ck_assert(poll_now());
    fake.fault = FAKE_TRACKER_NO_FAULT;
    fake_tracker_start(&fake, fake.port);
    ck_assert(poll_now());
    ck_assert_str_eq(fake.key, tracker.match_key);
}
END_TEST

/* Each of its keys is somebody else's: ours was handed out. */
START_TEST(a_list_of_odd_things)
{
    ck_assert(poll_now());
    fake.fault = FAKE_TRACKER_ODD_LIST;
    ck_assert(poll_now());
    ck_assert(tracker.handed_out);
    ck_assert_int_eq(fake.connections, 1);
}
END_TEST

START_TEST(a_slow_tracker)
{
    fake.fault = FAKE_TRACKER_BYTE_BY_BYTE;
    ck_assert(poll_now());
    ck_assert(poll_now());
    ck_assert_int_eq(fake.connections, 1);
    ck_assert_str_eq(fake.key, tracker.match_key);
}
END_TEST

/* Who gave a wrong address is told so, and does not wait for ever. */
START_TEST(not_a_tracker)
{
    fake.fault = FAKE_TRACKER_OTHER_MAGIC;
    ck_assert(!poll_now());
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "no TVM RPC tracker"));
    ck_assert_int_eq(tracker.socket.fd, -1);
}
END_TEST

/* But a tracker that once was there may share its port with something else for a while. */
START_TEST(not_a_tracker_any_more)
{
    ck_assert(poll_now());
    tracker_close(&tracker);
    fake_tracker_stop(&fake);
    fake.fault = FAKE_TRACKER_OTHER_MAGIC;
    fake_tracker_start(&fake, fake.port);
    ck_assert(poll_now());
    ck_assert_int_eq(count_lines("no TVM RPC tracker"), 1);
}
END_TEST

START_TEST(no_such_host)
{
    tracker.host = "1.2.3.4.5";
    ck_assert(!poll_now());
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "1.2.3.4.5"));
}
END_TEST

/* Neither one that takes the connection and says nothing, nor one that nobody answers for: what
 * else there is to do goes on, and after its time it is given up. */
START_TEST(a_silent_tracker)
{
    for (int i = 0; i < 100; i++)
        ck_assert(tracker_run(&tracker, &err));
    ck_assert_int_eq(tracker.step, TRACKER_GREET);
    ck_assert(!deadline_passed(tracker.due));
    tracker.due = deadline_in_ms(0);
    ck_assert(tracker_run(&tracker, &err));
    ck_assert_int_eq(tracker.step, TRACKER_IDLE);
    ck_assert_int_eq(tracker.socket.fd, -1);
    ck_assert_int_eq(count_lines("does not answer"), 1);
}
END_TEST

/* A client that comes while the tracker is being asked has used up the key, too. */
START_TEST(a_client_in_the_middle_of_a_question)
{
    char key[TRACKER_KEY_SIZE];
    ck_assert(poll_now());
    keep_key(key);
    ck_assert_int_eq(keys_count, 1);
    fake.pending = false;
    tracker.due = deadline_in_ms(0);
    ck_assert(tracker_run(&tracker, &err));
    ck_assert_int_eq(tracker.step, TRACKER_ASK);
    tracker_offer(&tracker);
    ck_assert(run_on());
    ck_assert(run_on());
    ck_assert_str_ne(key, tracker.match_key);
    ck_assert_str_eq(fake.key, tracker.match_key);
    ck_assert_int_eq(keys_count, 2);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("tracker");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, offers_itself);
    tcase_add_test(tests, keeps_its_key_while_it_waits);
    tcase_add_test(tests, a_new_key_for_each_client);
    tcase_add_test(tests, a_client_that_never_comes);
    tcase_add_test(tests, a_tracker_that_is_not_there_yet);
    tcase_add_test(tests, a_tracker_that_comes_back);
    tcase_add_loop_test(tests, a_tracker_that_misbehaves, 0, 20);
    tcase_add_test(tests, a_list_of_odd_things);
    tcase_add_test(tests, a_slow_tracker);
    tcase_add_test(tests, not_a_tracker);
    tcase_add_test(tests, not_a_tracker_any_more);
    tcase_add_test(tests, no_such_host);
    tcase_add_test(tests, a_silent_tracker);
    tcase_add_test(tests, a_client_in_the_middle_of_a_question);
    Suite *suite = suite_create("tracker");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
