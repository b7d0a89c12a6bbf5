/* Greeting and packets of TVM's RPC clients, good and hostile, in bytes. */
#include "bridge/handshake.h"
#include "unit/bridge/tcp_peer.h"
#include "unit/wire/random_bytes.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BIG_BYTES = 2 << 20 };

static struct error err;
static struct tcp_peer *peer;
static struct socket ours;
static struct packet packet;
static struct greeting greeting;

static void open_pair(void)
{
    peer = malloc(sizeof(*peer));
    packet = (struct packet){0};
    greeting.session_timeout_s = -1;
    tcp_peer_open(peer, &ours);
}

static void close_pair(void)
{
    packet_dispose(&packet);
    packet_dispose(&packet);
    socket_close(&ours);
    tcp_peer_close(peer);
    free(peer);
}

static size_t put(uint8_t *to, uint64_t value, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++)
        to[i] = (uint8_t)(value >> (8 * i));
    return size_bytes;
}

/* The client says this much, then closes. */
static bool serve_after(const uint8_t *data, size_t size_bytes)
{
    tcp_peer_sends(peer, data, size_bytes);
    peer->close_after = true;
    return handshake_serve(&ours, "board:0.25", "board", &greeting, &err);
}

static bool serve_greeting(const char *key)
{
    static uint8_t data[8 + 1024];
    size_t size = put(data, RPC_MAGIC, 4);
    size += put(data + size, strlen(key), 4);
    size += (size_t)snprintf((char *)data + size, sizeof(data) - size, "%s", key);
    tcp_peer_sends(peer, data, size);
    return handshake_serve(&ours, "board:0.25", "board", &greeting, &err);
}

static void assert_reply(const void *data, size_t size_bytes)
{
    socket_close(&ours);
    tcp_peer_read_all(peer);
    ck_assert_uint_eq(peer->received_size_bytes, size_bytes);
    ck_assert_mem_eq(peer->received, data, size_bytes);
}

START_TEST(a_client_with_the_key)
{
    peer->piece_size_bytes = 1; /* as slow as can be */
    ck_assert_msg(serve_greeting("client:board:0.25"), "%s", err.text);
    ck_assert_double_eq(greeting.session_timeout_s, 0);
    assert_reply("\x71\xf2\x0f\0\x0c\0\0\0server:board", 20);
}
END_TEST

START_TEST(no_key_is_a_key)
{
    static const char hello[] = "\x71\xf2\x0f\0\x07\0\0\0client:";
    tcp_peer_sends(peer, hello, sizeof(hello) - 1);
    ck_assert(handshake_serve(&ours, "", "", &greeting, &err));
    assert_reply("\x71\xf2\x0f\0\x07\0\0\0server:", 15);
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
    ck_assert_msg(serve_greeting(key), "%s", err.text);
    ck_assert_double_eq(greeting.session_timeout_s, TIMEOUTS[_i].timeout_s);
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
    ck_assert(!serve_greeting(WRONG_KEYS[_i]));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, ours.peer));
    assert_reply("\x73\xf2\x0f\0", 4);
}
END_TEST

/* What a stranger says is shown to a person at a terminal. */
START_TEST(a_refused_key_is_printable)
{
    ck_assert(!serve_greeting("client:\033]0;pwned\a\r\n\x7f\xff"));
    ck_assert_ptr_nonnull(strstr(err.text, "\"client:?]0;pwned?????\""));
}
END_TEST

START_TEST(a_key_with_a_nul)
{
    static const uint8_t hello[] = "\x71\xf2\x0f\0\x13\0\0\0client:board:0.25\0x";
    ck_assert(!serve_after(hello, sizeof(hello) - 1));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
}
END_TEST

START_TEST(a_key_that_is_too_long)
{
    static const uint32_t LENGTHS[] = {HANDSHAKE_KEY_SIZE, 65536, 0x7fffffff, 0x80000000,
                                       0xffffffff};
    uint8_t hello[8];
    put(hello, RPC_MAGIC, 4);
    put(hello + 4, LENGTHS[_i], 4);
    ck_assert(!serve_after(hello, sizeof(hello)));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "at most 511"));
}
END_TEST

START_TEST(no_client_of_ours)
{
    static const uint8_t hello[] = "GET / HTTP/1.1\r\n\r\n";
    ck_assert(!serve_after(hello, sizeof(hello) - 1));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "no TVM RPC client"));
    ck_assert_double_eq(greeting.session_timeout_s, -1);
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
    ck_assert(!handshake_serve(&ours, "board:0.25", "board", &greeting, &err));
    ck_assert_int_eq(err.kind, ERROR_CLOSED);
}
END_TEST

START_TEST(an_interrupt_ends_a_greeting)
{
    struct interrupt interrupt = fired_interrupt();
    ours.interrupt = &interrupt;
    ck_assert(!handshake_serve(&ours, "", "", &greeting, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    close(interrupt.signal_fd);
}
END_TEST

START_TEST(packets_in_a_row)
{
    static const uint8_t stream[] = "\4\0\0\0\0\0\0\0\1\0\0\0"
                                    "\0\0\0\0\0\0\0\0"
                                    "\0\0\0\0\0\0\0\0"
                                    "\6\0\0\0\0\0\0\0\xfe\xff\xff\xffxy"
                                    "\3\0\0\0\0\0\0\0abc";
    tcp_peer_sends(peer, stream, sizeof(stream) - 1);
    peer->piece_size_bytes = 5;
    peer->close_after = true;
    ck_assert_int_eq(packet_code(&packet), 0);
    ck_assert_msg(packet_receive(&ours, deadline_never(), &packet, &err), "%s", err.text);
    ck_assert_uint_eq(packet.size_bytes, 12);
    ck_assert_mem_eq(packet.data, stream, 12);
    ck_assert_int_eq(packet_code(&packet), 1);
    ck_assert(packet_receive(&ours, deadline_never(), &packet, &err));
    ck_assert_uint_eq(packet.size_bytes, 14);
    ck_assert_mem_eq(packet.data + 12, "xy", 2);
    ck_assert_int_eq(packet_code(&packet), -2);
    ck_assert(packet_receive(&ours, deadline_never(), &packet, &err));
    ck_assert_uint_eq(packet.size_bytes, 11);
    ck_assert_int_eq(packet_code(&packet), 0);
    ck_assert(!packet_receive(&ours, deadline_never(), &packet, &err));
    ck_assert_int_eq(err.kind, ERROR_CLOSED);
}
END_TEST

START_TEST(a_big_packet)
{
    uint8_t *data = malloc(8 + BIG_BYTES);
    uint32_t seed = 5;
    random_fill(&seed, data, 8 + BIG_BYTES);
    put(data, BIG_BYTES, 8);
    tcp_peer_sends(peer, data, 8 + BIG_BYTES);
    peer->piece_size_bytes = 70000;
    ck_assert_msg(packet_receive(&ours, deadline_never(), &packet, &err), "%s", err.text);
    ck_assert_uint_eq(packet.size_bytes, 8 + BIG_BYTES);
    ck_assert_mem_eq(packet.data, data, 8 + BIG_BYTES);
    free(data);
}
END_TEST

START_TEST(a_length_that_is_too_large)
{
    static const uint64_t LENGTHS[] = {PACKET_MAX_BYTES + 1, UINT32_MAX, 1ULL << 32, INT64_MAX,
                                       UINT64_MAX};
    uint8_t field[8];
    put(field, LENGTHS[_i], 8);
    tcp_peer_sends(peer, field, sizeof(field));
    ck_assert(!packet_receive(&ours, deadline_never(), &packet, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "at most 67108864"));
    ck_assert_uint_eq(packet.capacity_bytes, 0);
}
END_TEST

START_TEST(a_packet_that_is_cut_off)
{
    static const uint8_t stream[] = "\6\0\0\0\0\0\0\0\5\0\0\0xy";
    tcp_peer_sends(peer, stream, (size_t)_i);
    peer->close_after = true;
    ck_assert(!packet_receive(&ours, deadline_never(), &packet, &err));
    ck_assert_int_eq(err.kind, ERROR_CLOSED);
}
END_TEST

START_TEST(a_packet_that_does_not_come)
{
    static const uint8_t stream[] = "\6\0\0\0\0\0\0\0\5\0";
    ck_assert(!packet_receive(&ours, deadline_in_ms(0), &packet, &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    ck_assert_int_eq(send(peer->fd, stream, 10, 0), 10);
    ck_assert(!packet_receive(&ours, deadline_in_ms(1), &packet, &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
}
END_TEST

/* Empty packets without end leave no moment in which nothing is there to be read. */
START_TEST(an_interrupt_gets_through_a_flood)
{
    static const uint8_t zeros[16000];
    struct interrupt interrupt = fired_interrupt();
    ck_assert_int_eq(send(peer->fd, zeros, sizeof(zeros), 0), sizeof(zeros));
    ours.interrupt = &interrupt;
    ck_assert(!packet_receive(&ours, deadline_never(), &packet, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    close(interrupt.signal_fd);
}
END_TEST

START_TEST(an_exception)
{
    ck_assert(packet_send_exception(&ours, "it broke", deadline_never(), &err));
    assert_reply("\x1c\0\0\0\0\0\0\0"
                 "\5\0\0\0"
                 "\1\0\0\0"
                 "\x0b\0\0\0"
                 "\x08\0\0\0\0\0\0\0"
                 "it broke",
                 36);
}
END_TEST

/* Whatever comes, both end with an error or with what the stream says. */
START_TEST(noise)
{
    uint32_t seed = (uint32_t)_i * 7919 + 1;
    static uint8_t data[600];
    random_fill_special(&seed, data, sizeof(data));
    put(data, RPC_MAGIC, _i % 2 ? 4 : 0);
    put(data + 4, random_below(&seed, 600), _i % 4 == 1 ? 4 : 0);
    tcp_peer_sends(peer, data, random_below(&seed, sizeof(data)) + 1);
    peer->close_after = true;
    if (_i % 3)
        ck_assert(!handshake_serve(&ours, "k", "k", &greeting, &err));
    else
        while (packet_receive(&ours, deadline_never(), &packet, &err))
            ck_assert_uint_le(packet.size_bytes, sizeof(data));
    ck_assert_int_ne(err.kind, ERROR_NONE);
}
END_TEST

int main(void)
{
    TCase *greetings = tcase_create("greeting");
    TCase *packets = tcase_create("packets");
    tcase_add_checked_fixture(greetings, open_pair, close_pair);
    tcase_add_checked_fixture(packets, open_pair, close_pair);
    tcase_add_test(greetings, a_client_with_the_key);
    tcase_add_test(greetings, no_key_is_a_key);
    tcase_add_loop_test(greetings, session_timeout, 0, sizeof(TIMEOUTS) / sizeof(TIMEOUTS[0]));
    tcase_add_loop_test(greetings, another_key_is_refused, 0,
                        sizeof(WRONG_KEYS) / sizeof(WRONG_KEYS[0]));
    tcase_add_test(greetings, a_refused_key_is_printable);
    tcase_add_test(greetings, a_key_with_a_nul);
    tcase_add_loop_test(greetings, a_key_that_is_too_long, 0, 5);
    tcase_add_test(greetings, no_client_of_ours);
    tcase_add_loop_test(greetings, a_client_that_leaves, 0, 24);
    tcase_add_test(greetings, an_interrupt_ends_a_greeting);
    tcase_add_test(packets, packets_in_a_row);
    tcase_add_test(packets, a_big_packet);
    tcase_add_loop_test(packets, a_length_that_is_too_large, 0, 5);
    tcase_add_loop_test(packets, a_packet_that_is_cut_off, 1, 14);
    tcase_add_test(packets, a_packet_that_does_not_come);
    tcase_add_test(packets, an_interrupt_gets_through_a_flood);
    tcase_add_test(packets, an_exception);
    tcase_add_loop_test(packets, noise, 0, 60);
    Suite *suite = suite_create("handshake");
    suite_add_tcase(suite, greetings);
    suite_add_tcase(suite, packets);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
