/* The greeting of TVM's RPC clients, good and hostile, in bytes. */
#include "bridge/greeting.h"
#include "unit/bridge/tcp_peer.h"
#include "unit/wire/random_bytes.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct tcp_peer *peer;
static struct socket ours;
static struct greeting greeting;
static double timeout_s;

static void open_pair(void)
{
    peer = malloc(sizeof(*peer));
    greeting = (struct greeting){.size_bytes = 0};
    timeout_s = -1;
    tcp_peer_open(peer, &ours);
}

static void close_pair(void)
{
    socket_close(&ours);
    tcp_peer_close(peer);
    free(peer);
}

static bool greet(const char *match_key, const char *server_key)
{
    bool whole = false;
    bool ready = false;
    while (greeting_receive(&greeting, &ours, &whole, &err)) {
        if (whole)
            return greeting_answer(&greeting, &ours, match_key, server_key, &timeout_s, &err);
        ck_assert(socket_wait(&ours, POLLIN, deadline_never(), &ready, &err));
    }
    return false;
}

/* The client says this much, then closes. */
static bool greet_after(const uint8_t *data, size_t size_bytes)
{
    tcp_peer_sends(peer, data, size_bytes);
    peer->close_after = true;
    return greet("board:0.25", "board");
}

static bool greet_key(const char *key)
{
    static uint8_t data[8 + 1024];
    size_t size = put_number(data, RPC_MAGIC, 4);
    size += put_number(data + size, strlen(key), 4);
    size += (size_t)snprintf((char *)data + size, sizeof(data) - size, "%s", key);
    tcp_peer_sends(peer, data, size);
    return greet("board:0.25", "board");
}

START_TEST(a_client_with_the_key)
{
    peer->piece_size_bytes = 1; /* as slow as can be */
    ck_assert_msg(greet_key("client:board:0.25"), "%s", err.text);
    ck_assert_double_eq(timeout_s, 0);
    tcp_peer_assert_got(peer, &ours, "\x71\xf2\x0f\0\x0c\0\0\0server:board", 20);
}
END_TEST

START_TEST(no_key_is_a_key)
{
    static const char hello[] = "\x71\xf2\x0f\0\x07\0\0\0client:";
    tcp_peer_sends(peer, hello, sizeof(hello) - 1);
    ck_assert(greet("", ""));
    tcp_peer_assert_got(peer, &ours, "\x71\xf2\x0f\0\x07\0\0\0server:", 15);
}
END_TEST

static const struct {
    const char *options;
    double timeout_s;
} TIMEOUTS[] = {
    {" -timeout=3.5", 3.5},
    {" -x -timeout=10 -y=z ", 10},
    {" ", 0},
    {" -timeout=", 0},
    {" -timeout=soon", 0},
    {" -timeout=-4", 0},
    {" -timeout=nan", 0},
    {" -timeout=1e300", 1000000000},
    {" -timeout=inf", 1000000000},
    {" -timeout=1e-9", 1e-9},
    {" timeout=3", 0},
};

START_TEST(session_timeout)
{
    char key[64];
    snprintf(key, sizeof(key), "client:board:0.25%s", TIMEOUTS[_i].options);
    ck_assert_msg(greet_key(key), "%s", err.text);
    ck_assert_double_eq(timeout_s, TIMEOUTS[_i].timeout_s);
}
END_TEST

static const char *const WRONG_KEYS[] = {
    "client:",
    "client:board",
    "client:board:0.2",
    "client:board:0.255",
    "server:board:0.25",
    "board:0.25",
    " client:board:0.25",
    "",
    "Client:board:0.25",
    "client:board:0.26 -timeout=3",
};

START_TEST(another_key_is_refused)
{
    ck_assert(!greet_key(WRONG_KEYS[_i]));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, ours.peer));
    tcp_peer_assert_got(peer, &ours, "\x73\xf2\x0f\0", 4);
}
END_TEST

/* What a stranger says is shown to a person at a terminal. */
START_TEST(a_refused_key_is_printable)
{
    ck_assert(!greet_key("client:\033]0;pwned\a\r\n\x7f\xff"));
    ck_assert_ptr_nonnull(strstr(err.text, "\"client:\\x1b]0;pwned\\x07\\x0d\n  \\x7f\\xff\""));
}
END_TEST

START_TEST(a_key_with_a_nul)
{
    static const uint8_t hello[] = "\x71\xf2\x0f\0\x13\0\0\0client:board:0.25\0x";
    ck_assert(!greet_after(hello, sizeof(hello) - 1));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
}
END_TEST

START_TEST(a_key_that_is_too_long)
{
    static const uint32_t LENGTHS[] = {GREETING_KEY_SIZE, 65536, 0x7fffffff, 0x80000000,
                                       0xffffffff};
    uint8_t hello[8];
    put_number(hello, RPC_MAGIC, 4);
    put_number(hello + 4, LENGTHS[_i], 4);
    ck_assert(!greet_after(hello, sizeof(hello)));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "at most 511"));
}
END_TEST

START_TEST(no_client_of_ours)
{
    static const uint8_t hello[] = "GET / HTTP/1.1\r\n\r\n";
    ck_assert(!greet_after(hello, sizeof(hello) - 1));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "no TVM RPC client"));
    ck_assert_double_eq(timeout_s, -1);
}
END_TEST

/* A greeting that ends at each of its bytes. */
START_TEST(a_client_that_leaves)
{
    static const uint8_t hello[] = "\x71\xf2\x0f\0\x11\0\0\0client:board:0.25";
    if (_i > 0)
        tcp_peer_sends(peer, hello, (size_t)_i);
    else
        tcp_peer_close(peer);
    peer->close_after = true;
    ck_assert(!greet("board:0.25", "board"));
    ck_assert_int_eq(err.kind, ERROR_CLOSED);
}
END_TEST

/* Who is let in by no key is told so like one with a wrong key. */
START_TEST(nobody_is_let_in)
{
    static const char hello[] = "\x71\xf2\x0f\0\x07\0\0\0client:";
    tcp_peer_sends(peer, hello, sizeof(hello) - 1);
    ck_assert(!greet(NULL, ""));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    tcp_peer_assert_got(peer, &ours, "\x73\xf2\x0f\0", 4);
}
END_TEST

/* What comes behind a greeting is the session's. */
START_TEST(not_a_byte_more_is_taken)
{
    static const uint8_t hello[] = "\x71\xf2\x0f\0\x11\0\0\0client:board:0.25next";
    uint8_t next[4];
    tcp_peer_sends(peer, hello, sizeof(hello) - 1);
    ck_assert_msg(greet("board:0.25", "board"), "%s", err.text);
    ck_assert(socket_read(&ours, next, sizeof(next), deadline_never(), &err));
    ck_assert_mem_eq(next, "next", 4);
}
END_TEST

/* Whatever comes, it ends with an error. */
START_TEST(noise)
{
    uint32_t seed = (uint32_t)_i * 7919 + 1;
    static uint8_t data[600];
    random_fill_special(&seed, data, sizeof(data));
    put_number(data, RPC_MAGIC, _i % 2 ? 4 : 0);
    put_number(data + 4, random_below(&seed, 600), _i % 4 == 1 ? 4 : 0);
    tcp_peer_sends(peer, data, random_below(&seed, sizeof(data)) + 1);
    peer->close_after = true;
    ck_assert(!greet("k", "k"));
    ck_assert_int_ne(err.kind, ERROR_NONE);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("greeting");
    tcase_add_checked_fixture(tests, open_pair, close_pair);
    tcase_add_test(tests, a_client_with_the_key);
    tcase_add_test(tests, no_key_is_a_key);
    tcase_add_loop_test(tests, session_timeout, 0, sizeof(TIMEOUTS) / sizeof(TIMEOUTS[0]));
    tcase_add_loop_test(tests, another_key_is_refused, 0,
                        sizeof(WRONG_KEYS) / sizeof(WRONG_KEYS[0]));
    tcase_add_test(tests, a_refused_key_is_printable);
    tcase_add_test(tests, a_key_with_a_nul);
    tcase_add_loop_test(tests, a_key_that_is_too_long, 0, 5);
    tcase_add_test(tests, no_client_of_ours);
    tcase_add_loop_test(tests, a_client_that_leaves, 0, 24);
    tcase_add_test(tests, nobody_is_let_in);
    tcase_add_test(tests, not_a_byte_more_is_taken);
    tcase_add_loop_test(tests, noise, 0, 40);
    Suite *suite = suite_create("greeting");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
