/* Packets of TVM's RPC clients, good and hostile, in bytes. */
#include "bridge/packet.h"
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

static void open_pair(void)
{
    peer = malloc(sizeof(*peer));
    packet = (struct packet){0};
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
    put_number(data, BIG_BYTES, 8);
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
    put_number(field, LENGTHS[_i], 8);
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

/* Whatever comes, it ends with an error after what the stream says. */
START_TEST(noise)
{
    uint32_t seed = (uint32_t)_i * 7919 + 1;
    static uint8_t data[600];
    random_fill_special(&seed, data, sizeof(data));
    put_number(data, random_below(&seed, 600), _i % 2 ? 8 : 0);
    tcp_peer_sends(peer, data, random_below(&seed, sizeof(data)) + 1);
    peer->close_after = true;
    while (packet_receive(&ours, deadline_never(), &packet, &err))
        ck_assert_uint_le(packet.size_bytes, sizeof(data));
    ck_assert_int_ne(err.kind, ERROR_NONE);
}
END_TEST

int main(void)
{
    TCase *packets = tcase_create("packets");
    tcase_add_checked_fixture(packets, open_pair, close_pair);
    tcase_add_test(packets, packets_in_a_row);
    tcase_add_test(packets, a_big_packet);
    tcase_add_loop_test(packets, a_length_that_is_too_large, 0, 5);
    tcase_add_loop_test(packets, a_packet_that_is_cut_off, 1, 14);
    tcase_add_test(packets, a_packet_that_does_not_come);
    tcase_add_test(packets, an_interrupt_gets_through_a_flood);
    tcase_add_loop_test(packets, noise, 0, 60);
    Suite *suite = suite_create("packet");
    suite_add_tcase(suite, packets);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
