/* Clients that come one by one, all at once, with nothing to say, and while another is served. */
#include "bridge/greeting.h"
#include "bridge/reception.h"
#include "unit/bridge/tcp_peer.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MANY = RECEPTION_VISITORS_MAX + 40 };

static const char HELLO[] = "\x71\xf2\x0f\0\x08\0\0\0client:k";
static const char WELCOME[] = "\x71\xf2\x0f\0\x08\0\0\0server:k";

static struct error err;
static struct reception *reception;
static int listen_fd;
static int port;
static int clients[MANY];
static size_t clients_count;
static char events[1 << 16];

static void hear(void *context, const char *line)
{
    size_t used = strlen(events);
    ck_assert_ptr_eq(context, &events);
    snprintf(events + used, sizeof(events) - used, "%s\n", line);
}

static void start(void)
{
    struct rlimit files = {.rlim_cur = 4 * (rlim_t)MANY, .rlim_max = 4 * (rlim_t)MANY};
    struct reception_options options = {.server_key = "k", .on_event = hear, .context = &events};
    (void)setrlimit(RLIMIT_NOFILE, &files);
    ck_assert_msg(socket_listen("127.0.0.1", 0, &listen_fd, &port, &err), "%s", err.text);
    options.listen_fd = listen_fd;
    ck_assert_msg(reception_open(&options, &reception, &err), "%s", err.text);
    reception_set_key(reception, "k", false);
}

static void stop(void)
{
    reception_close(reception);
    close(listen_fd);
    for (size_t i = 0; i < clients_count; i++)
        if (clients[i] >= 0)
            close(clients[i]);
}

/* A client that has said `said` of its greeting. */
static int come(size_t said)
{
    struct socket socket = SOCKET_NONE;
    ck_assert_msg(tcp_peer_connect(port, &socket, &err), "%s", err.text);
    ck_assert_int_eq(fcntl(socket.fd, F_SETFL, 0), 0);
    if (said > 0)
        ck_assert_int_eq(send(socket.fd, HELLO, said, 0), said);
    clients[clients_count++] = socket.fd;
    return socket.fd;
}

static void leave(size_t index)
{
    close(clients[index]);
    clients[index] = -1;
}

/* All that is due now. */
static void run(void)
{
    struct pollfd due = {.fd = reception_fd(reception), .events = POLLIN};
    while (poll(&due, 1, 0) > 0)
        reception_run(reception);
}

static bool next(struct visitor *visitor)
{
    bool taken = false;
    ck_assert_msg(reception_next(reception, visitor, &taken, &err), "%s", err.text);
    return taken;
}

/* Which client is it? Seen by what comes out at its end. */
static void assert_next_is(int fd)
{
    struct visitor visitor;
    char byte = 0;
    ck_assert(next(&visitor));
    ck_assert(socket_write(&visitor.socket, "!", 1, deadline_never(), &err));
    ck_assert_int_eq(recv(fd, &byte, 1, 0), 1);
    ck_assert_int_eq(byte, '!');
    socket_close(&visitor.socket);
}

static void assert_welcome(int fd)
{
    char reply[sizeof(WELCOME) - 1];
    ck_assert_int_eq(recv(fd, reply, sizeof(reply), MSG_WAITALL), sizeof(reply));
    ck_assert_mem_eq(reply, WELCOME, sizeof(reply));
}

static void assert_sent_away(int fd)
{
    char byte;
    ck_assert_int_le(recv(fd, &byte, 1, 0), 0);
}

static int count_lines(const char *part)
{
    int count = 0;
    for (const char *at = strstr(events, part); at; at = strstr(at + 1, part))
        count++;
    return count;
}

START_TEST(nobody)
{
    struct visitor visitor;
    run();
    ck_assert(!next(&visitor));
    ck_assert_str_eq(events, "");
}
END_TEST

START_TEST(in_the_order_in_which_they_came)
{
    struct visitor visitor;
    for (int i = 0; i < 5; i++)
        come(sizeof(HELLO) - 1);
    run();
    for (int i = 0; i < 5; i++)
        assert_welcome(clients[i]);
    for (int i = 0; i < 5; i++)
        assert_next_is(clients[i]);
    ck_assert(!next(&visitor));
}
END_TEST

/* Those who are still silent, or in the middle of a word, keep nobody waiting. */
START_TEST(silent_ones_are_passed_by)
{
    int silent = come(0);
    int slow = come(6);
    int good = come(sizeof(HELLO) - 1);
    run();
    assert_welcome(good);
    assert_next_is(good);
    ck_assert_int_eq(send(slow, HELLO + 6, sizeof(HELLO) - 1 - 6, 0), sizeof(HELLO) - 1 - 6);
    run();
    assert_welcome(slow);
    assert_next_is(slow);
    ck_assert_int_eq(send(silent, HELLO, sizeof(HELLO) - 1, 0), sizeof(HELLO) - 1);
    run();
    assert_welcome(silent);
    assert_next_is(silent);
}
END_TEST

/* More than have a place: the rest is greeted as places become free, and none is lost. */
START_TEST(all_at_once)
{
    for (int i = 0; i < MANY; i++)
        come(sizeof(HELLO) - 1);
    for (int i = 0; i < MANY; i++) {
        run();
        assert_welcome(clients[i]);
        assert_next_is(clients[i]);
    }
    ck_assert_str_eq(events, "");
}
END_TEST

START_TEST(a_crowd_of_silent_ones)
{
    for (int i = 0; i < RECEPTION_VISITORS_MAX; i++)
        come(0);
    run();
    ck_assert_str_eq(events, "");
    int good = come(sizeof(HELLO) - 1);
    run();
    assert_sent_away(clients[0]);
    assert_welcome(good);
    assert_next_is(good);
    ck_assert_int_eq(count_lines("said nothing"), 1);
}
END_TEST

START_TEST(one_that_leaves_while_it_waits)
{
    struct visitor visitor;
    come(sizeof(HELLO) - 1);
    int second = come(sizeof(HELLO) - 1);
    reception_set_busy(reception, true);
    run();
    ck_assert_int_eq(count_lines("waits for its turn"), 2);
    leave(0);
    run();
    ck_assert_int_eq(count_lines("gave up while it waited"), 1);
    reception_set_busy(reception, false);
    assert_welcome(second);
    assert_next_is(second);
    ck_assert(!next(&visitor));
}
END_TEST

/* What a client says next is left for who serves it. */
START_TEST(an_eager_client)
{
    struct visitor visitor;
    char byte = 0;
    int fd = come(sizeof(HELLO) - 1);
    ck_assert_int_eq(send(fd, "x", 1, 0), 1);
    run();
    run();
    ck_assert(next(&visitor));
    ck_assert(socket_read(&visitor.socket, &byte, 1, deadline_never(), &err));
    ck_assert_int_eq(byte, 'x');
    socket_close(&visitor.socket);
}
END_TEST

START_TEST(another_key)
{
    struct visitor visitor;
    int fd = come(0);
    ck_assert_int_eq(send(fd, "\x71\xf2\x0f\0\x08\0\0\0client:l", 16, 0), 16);
    run();
    ck_assert(!next(&visitor));
    ck_assert_int_eq(count_lines("refused"), 1);
    char reply[5];
    ck_assert_int_eq(recv(fd, reply, sizeof(reply), MSG_WAITALL), 4);
    ck_assert_mem_eq(reply, "\x73\xf2\x0f\0", 4);
}
END_TEST

START_TEST(a_key_for_one)
{
    reception_set_key(reception, "k", true);
    int first = come(sizeof(HELLO) - 1);
    come(sizeof(HELLO) - 1);
    run();
    ck_assert_int_eq(count_lines("refused"), 1);
    assert_welcome(first);
    assert_next_is(first);
    reception_set_key(reception, NULL, false);
    come(sizeof(HELLO) - 1);
    run();
    ck_assert_int_eq(count_lines("refused"), 2);
    reception_set_key(reception, "k", true);
    int last = come(sizeof(HELLO) - 1);
    run();
    assert_welcome(last);
    assert_next_is(last);
}
END_TEST

START_TEST(no_more_files)
{
    struct visitor visitor;
    struct rlimit files;
    struct rlimit none;
    bool taken = false;
    int good = come(sizeof(HELLO) - 1);
    run();
    come(0);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    none = (struct rlimit){.rlim_cur = 3, .rlim_max = files.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    run();
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    assert_welcome(good);
    assert_next_is(good); /* who was let in is served */
    ck_assert(!reception_next(reception, &visitor, &taken, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("reception");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, nobody);
    tcase_add_test(tests, in_the_order_in_which_they_came);
    tcase_add_test(tests, silent_ones_are_passed_by);
    tcase_add_test(tests, all_at_once);
    tcase_add_test(tests, a_crowd_of_silent_ones);
    tcase_add_test(tests, one_that_leaves_while_it_waits);
    tcase_add_test(tests, an_eager_client);
    tcase_add_test(tests, another_key);
    tcase_add_test(tests, a_key_for_one);
    tcase_add_test(tests, no_more_files);
    Suite *suite = suite_create("reception");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
