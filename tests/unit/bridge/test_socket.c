/* TCP with a test at the other end. */
#include "bridge/socket.h"
#include "unit/bridge/tcp_peer.h"
#include "unit/wire/random_bytes.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MUCH_BYTES = 3 << 20 }; /* more than the line holds */

static struct error err;
static struct tcp_peer *peer;
static struct socket ours;
static uint8_t *data;

static void open_pair(void)
{
    uint32_t seed = 7;
    peer = malloc(sizeof(*peer));
    data = malloc(MUCH_BYTES);
    random_fill(&seed, data, MUCH_BYTES);
    tcp_peer_open(peer, &ours);
}

static void close_pair(void)
{
    socket_close(&ours);
    socket_close(&ours);
    tcp_peer_close(peer);
    free(data);
    free(peer);
}

START_TEST(peers_have_names)
{
    ck_assert_int_eq(strncmp(ours.peer, "127.0.0.1:", 10), 0);
}
END_TEST

START_TEST(much_is_written_while_the_pump_runs)
{
    peer->reads = true;
    ck_assert_msg(socket_write(&ours, data, MUCH_BYTES, deadline_never(), &err), "%s", err.text);
    tcp_peer_assert_got(peer, &ours, data, MUCH_BYTES);
}
END_TEST

START_TEST(much_is_read_however_small_its_pieces)
{
    uint8_t *got = malloc(MUCH_BYTES);
    tcp_peer_sends(peer, data, MUCH_BYTES);
    peer->piece_size_bytes = 60000;
    ck_assert_msg(socket_read(&ours, got, MUCH_BYTES - 100, deadline_never(), &err), "%s",
                  err.text);
    peer->piece_size_bytes = 1;
    ck_assert(socket_read(&ours, got + MUCH_BYTES - 100, 100, deadline_never(), &err));
    ck_assert_mem_eq(got, data, MUCH_BYTES);
    free(got);
}
END_TEST

START_TEST(what_is_missing_is_waited_for_until_the_deadline)
{
    uint8_t got[8];
    tcp_peer_sends(peer, data, 7);
    ck_assert(!socket_read(&ours, got, sizeof(got), deadline_in_ms(1), &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    ck_assert_ptr_nonnull(strstr(err.text, ours.peer));
    ck_assert(!socket_write(&ours, data, MUCH_BYTES, deadline_in_ms(0), &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
}
END_TEST

START_TEST(a_peer_that_closes)
{
    uint8_t got[8];
    tcp_peer_sends(peer, data, 7);
    peer->close_after = true;
    ck_assert(!socket_read(&ours, got, sizeof(got), deadline_never(), &err));
    ck_assert_int_eq(err.kind, ERROR_CLOSED);
    ck_assert(!socket_write(&ours, data, MUCH_BYTES, deadline_never(), &err));
    ck_assert_int_eq(err.kind, ERROR_CLOSED); /* and no SIGPIPE */
}
END_TEST

START_TEST(a_peer_that_breaks_off)
{
    uint8_t got[8];
    struct linger at_once = {.l_onoff = 1};
    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    tcp_peer_close(peer);
    ck_assert(!socket_read(&ours, got, sizeof(got), deadline_never(), &err));
    ck_assert_int_eq(err.kind, ERROR_CLOSED);
}
END_TEST

START_TEST(an_interrupt_ends_each_wait)
{
    uint8_t got[8];
    bool ready = false;
    struct interrupt interrupt = fired_interrupt();
    ours.interrupt = &interrupt;
    ck_assert(!socket_read(&ours, got, sizeof(got), deadline_never(), &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    ck_assert(!socket_write(&ours, data, MUCH_BYTES, deadline_never(), &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    ck_assert(!socket_wait(&ours, POLLIN, deadline_never(), &ready, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    close(interrupt.signal_fd);
}
END_TEST

START_TEST(waiting)
{
    bool ready = true;
    ck_assert(socket_wait(&ours, POLLIN, deadline_in_ms(0), &ready, &err));
    ck_assert(!ready);
    tcp_peer_sends(peer, data, 1);
    ck_assert(socket_wait(&ours, POLLIN, deadline_never(), &ready, &err));
    ck_assert(ready);
    ck_assert_uint_eq(peer->send_size_bytes, 0);
    ck_assert(socket_wait(&ours, POLLOUT, deadline_never(), &ready, &err));
    ck_assert(ready);
}
END_TEST

/* Bytes of the peer's that nobody reads must not cost it what we have sent. */
START_TEST(the_last_words_arrive)
{
    ck_assert_int_eq(send(peer->fd, data, 100000, MSG_DONTWAIT | MSG_NOSIGNAL) > 0, 1);
    ck_assert(socket_write(&ours, "goodbye", 7, deadline_never(), &err));
    peer->reads = true;
    socket_finish(&ours, deadline_never());
    socket_finish(&ours, deadline_never());
    ck_assert_int_eq(ours.fd, -1);
    ck_assert_int_eq(peer->fd, -1);
    ck_assert_uint_eq(peer->received_size_bytes, 7);
    ck_assert_mem_eq(peer->received, "goodbye", 7);
}
END_TEST

/* One that goes on sending, or does not close, is waited for until the deadline. */
START_TEST(last_words_have_their_deadline)
{
    tcp_peer_sends(peer, data, MUCH_BYTES);
    socket_finish(&ours, deadline_in_ms(1));
    ck_assert_int_eq(ours.fd, -1);
}
END_TEST

START_TEST(a_port_that_is_taken)
{
    int fd = -1;
    int second = -1;
    int port = 0;
    ck_assert(socket_listen("127.0.0.1", 0, &fd, &port, &err));
    ck_assert_int_gt(port, 0);
    ck_assert(!socket_listen("127.0.0.1", port, &second, &port, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "--port"));
    ck_assert_int_eq(second, -1);
    close(fd);
    ck_assert_msg(socket_listen("127.0.0.1", port, &second, &port, &err), "%s", err.text);
    close(second);
}
END_TEST

START_TEST(a_host_that_is_not_ours)
{
    int fd = -1;
    int port = 0;
    ck_assert(!socket_listen("192.0.2.1", 0, &fd, &port, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "192.0.2.1"));
    ck_assert(!socket_listen("1.2.3.4.5", 0, &fd, &port, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_int_eq(fd, -1);
}
END_TEST

START_TEST(nobody_is_there)
{
    int fd = -1;
    int port = 0;
    struct socket socket = SOCKET_NONE;
    bool taken = true;
    ck_assert(socket_listen("127.0.0.1", 0, &fd, &port, &err));
    ck_assert(socket_accept(fd, NULL, NULL, &socket, &taken, &err));
    ck_assert(!taken);
    close(fd);
    ck_assert(!tcp_peer_connect(port, &socket, &err));
    ck_assert_int_eq(err.kind, ERROR_CLOSED);
    ck_assert_ptr_nonnull(strstr(err.text, "refused"));
    ck_assert_int_eq(socket.fd, -1);
    socket_close(&socket);
}
END_TEST

static const struct {
    const char *host;
    bool is_loopback;
} HOSTS[] = {
    {"127.0.0.1", true}, {"127.9.9.9", true},  {"::1", true}, {"localhost", true},
    {"0.0.0.0", false},  {"192.0.2.1", false}, {"::", false}, {"128.0.0.1", false},
};

START_TEST(loopback)
{
    ck_assert_int_eq(socket_is_loopback(HOSTS[_i].host), HOSTS[_i].is_loopback);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("socket");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, open_pair, close_pair);
    tcase_add_test(tests, peers_have_names);
    tcase_add_test(tests, much_is_written_while_the_pump_runs);
    tcase_add_test(tests, much_is_read_however_small_its_pieces);
    tcase_add_test(tests, what_is_missing_is_waited_for_until_the_deadline);
    tcase_add_test(tests, a_peer_that_closes);
    tcase_add_test(tests, a_peer_that_breaks_off);
    tcase_add_test(tests, an_interrupt_ends_each_wait);
    tcase_add_test(tests, waiting);
    tcase_add_test(tests, the_last_words_arrive);
    tcase_add_test(tests, last_words_have_their_deadline);
    tcase_add_test(tests, a_port_that_is_taken);
    tcase_add_test(tests, a_host_that_is_not_ours);
    tcase_add_test(tests, nobody_is_there);
    tcase_add_loop_test(tests, loopback, 0, sizeof(HOSTS) / sizeof(HOSTS[0]));
    Suite *suite = suite_create("socket");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
