/* The host's end of a pty, with a test at the other end, where QEMU is. */
#include "board/line/transport.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LIMIT_BYTES = 1024 * 1024 };

static struct error err;
static struct transport transport;
static int device;
static uint8_t *shown; /* to the listener */
static size_t shown_bytes;

static void hear(void *context, const uint8_t *data, size_t size_bytes)
{
    ck_assert_ptr_eq(context, &shown);
    memcpy(shown + shown_bytes, data, size_bytes);
    shown_bytes += size_bytes;
}

static void open_line(void)
{
    shown = malloc((size_t)2 * LIMIT_BYTES);
    transport = TRANSPORT_NONE;
    ck_assert_msg(transport_open(LIMIT_BYTES, hear, &shown, &transport, &err), "%s", err.text);
    device = open(transport.path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    ck_assert_int_ge(device, 0);
    transport_hand_over(&transport);
}

static void close_line(void)
{
    transport_close(&transport);
    transport_close(&transport);
    if (device >= 0)
        close(device);
    free(shown);
}

/* Byte i of the test pattern: every value, and no period that a buffer's size hides. */
static uint8_t pattern(size_t i)
{
    return (uint8_t)(i ^ (i >> 8) ^ (i >> 16));
}

/* Send the pattern's bytes [from, to), pumping as much as is needed. */
static void send_pattern(size_t from, size_t to)
{
    uint8_t data[1000];
    while (from < to) {
        size_t size = to - from < sizeof(data) ? to - from : sizeof(data);
        for (size_t i = 0; i < size; i++)
            data[i] = pattern(from + i);
        ssize_t sent = write(device, data, size);
        if (sent > 0)
            from += (size_t)sent;
        else
            ck_assert_int_eq(errno, EAGAIN);
        transport_pump(&transport);
    }
}

static void wait_kept(size_t size_bytes)
{
    while (transport_kept(&transport) < size_bytes) {
        struct pollfd fd = {.fd = transport.fd, .events = POLLIN};
        ck_assert_int_eq(poll(&fd, 1, 10000), 1);
        transport_pump(&transport);
    }
    ck_assert_uint_eq(transport_kept(&transport), size_bytes);
}

/* One assertion for all: each takes Check longer than a byte takes the transport. */
static void check_pattern(const uint8_t *data, size_t from, size_t to)
{
    size_t i = from;
    while (i < to && data[i - from] == pattern(i))
        i++;
    ck_assert_msg(i == to, "byte %zu is %#x, not %#x", i, data[i - from], pattern(i));
}

static void take_pattern(size_t from, size_t to)
{
    if (from == to)
        return;
    uint8_t *data = malloc(to - from);
    transport_take(&transport, data, to - from);
    check_pattern(data, from, to);
    free(data);
}

START_TEST(every_byte_value_arrives)
{
    uint8_t data[256];
    send_pattern(0, 256);
    wait_kept(256);
    take_pattern(0, 256);
    for (int i = 0; i < 256; i++)
        data[i] = (uint8_t)i;
    ck_assert_uint_eq(transport_write(&transport, data, 256), 256);
    uint8_t received[256];
    size_t count = 0;
    while (count < sizeof(received)) {
        ssize_t size = read(device, received + count, sizeof(received) - count);
        count += size > 0 ? (size_t)size : 0;
    }
    ck_assert_mem_eq(received, data, 256);
    transport_pump(&transport);
    ck_assert_msg(transport_kept(&transport) == 0, "what we send is not echoed");
}
END_TEST

/* Takes of other sizes than what comes, so that the buffer moves, wraps and grows. */
START_TEST(bytes_keep_their_order)
{
    size_t sent = 0;
    size_t taken = 0;
    for (size_t step = 1; sent < LIMIT_BYTES / 2; step = step * 3 % 70001 + 1) {
        send_pattern(sent, sent + step);
        sent += step;
        wait_kept(sent - taken);
        size_t take = (sent - taken) * 2 / 3;
        take_pattern(taken, taken + take);
        taken += take;
    }
    take_pattern(taken, sent);
    ck_assert_uint_eq(transport.received_bytes, sent);
    ck_assert_uint_eq(shown_bytes, sent);
    check_pattern(shown, 0, sent);
}
END_TEST

START_TEST(nothing_there_is_no_error)
{
    transport_pump(&transport);
    ck_assert_uint_eq(transport_kept(&transport), 0);
    ck_assert(!transport.hung_up);
}
END_TEST

START_TEST(too_much_is_noticed_and_not_lost)
{
    send_pattern(0, LIMIT_BYTES);
    wait_kept(LIMIT_BYTES);
    ck_assert(!transport.overflowed);
    send_pattern(LIMIT_BYTES, LIMIT_BYTES + 1);
    wait_kept(LIMIT_BYTES + 1);
    ck_assert(transport.overflowed);
    send_pattern(LIMIT_BYTES + 1, LIMIT_BYTES + 2);
    ck_assert_msg(transport_kept(&transport) == LIMIT_BYTES + 1, "it went on receiving");
    take_pattern(0, LIMIT_BYTES + 1);
}
END_TEST

START_TEST(hang_up_keeps_what_was_taken_in)
{
    send_pattern(0, 10);
    wait_kept(10);
    close(device);
    device = -1;
    transport_pump(&transport);
    ck_assert(transport.hung_up);
    take_pattern(0, 10);
}
END_TEST

/* Linux takes what is written to a line that nobody holds; reading tells. */
START_TEST(a_hang_up_is_noticed_after_a_write)
{
    close(device);
    device = -1;
    transport_write(&transport, "x", 1);
    transport_pump(&transport);
    ck_assert(transport.hung_up);
}
END_TEST

START_TEST(a_full_line_takes_nothing)
{
    uint8_t data[4096] = {0};
    size_t written = 0;
    size_t total = 0;
    while ((written = transport_write(&transport, data, sizeof(data))) > 0) {
        total += written;
        ck_assert_uint_lt(total, (size_t)64 * LIMIT_BYTES);
    }
    ck_assert(!transport.hung_up);
    ck_assert_uint_gt(total, 0);
}
END_TEST

START_TEST(what_is_written_before_anybody_is_there)
{
    uint8_t received[4];
    struct transport early = TRANSPORT_NONE;
    ck_assert(transport_open(LIMIT_BYTES, NULL, NULL, &early, &err));
    ck_assert_uint_eq(transport_write(&early, "a\n\r\x03", 4), 4);
    int late = open(early.path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    transport_hand_over(&early);
    ck_assert_int_eq(read(late, received, sizeof(received)), 4);
    ck_assert_mem_eq(received, "a\n\r\x03", 4);
    close(late);
    transport_close(&early);
}
END_TEST

/* More than one read takes: a line that hangs up is emptied first. */
START_TEST(what_came_before_a_hang_up_stays)
{
    uint8_t piece[2048];
    size_t sent = 0;
    ssize_t size = 0;
    for (size_t i = 0; i < sizeof(piece); i++)
        piece[i] = pattern(i);
    while ((size = write(device, piece + sent % sizeof(piece),
                         sizeof(piece) - sent % sizeof(piece))) > 0)
        sent += (size_t)size;
    close(device);
    device = -1;
    while (!transport.hung_up)
        transport_pump(&transport);
    ck_assert_uint_eq(transport_kept(&transport), sent);
    size_t i = 0;
    while (i < sent && shown[i] == pattern(i % sizeof(piece)))
        i++;
    ck_assert_msg(i == sent, "byte %zu of %zu", i, sent);
}
END_TEST

/* Bytes that were sent one by one come over in pieces: a short read is not the last. */
START_TEST(a_line_is_read_to_its_end)
{
    enum { SENT_BYTES = 600 };
    for (size_t i = 0; i < SENT_BYTES; i++) {
        uint8_t byte = pattern(i);
        ck_assert_int_eq(write(device, &byte, 1), 1);
    }
    close(device);
    device = -1;
    transport_drain(&transport);
    ck_assert(transport.hung_up);
    ck_assert_uint_eq(transport_kept(&transport), SENT_BYTES);
    take_pattern(0, SENT_BYTES);
}
END_TEST

/* Whoever still has the slave open counts. */
START_TEST(a_line_is_up_while_one_holds_it)
{
    int other = dup(device);
    close(device);
    device = other;
    transport_pump(&transport);
    ck_assert(!transport.hung_up);
}
END_TEST

START_TEST(no_files_for_a_line)
{
    struct transport other = TRANSPORT_NONE;
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    int next = dup(device); /* the lowest that is free */
    close(next);
    for (rlim_t files = 0; files < 2; files++) { /* the master's, and the slave's */
        limit.rlim_cur = (rlim_t)next + files;
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
        bool opened = transport_open(1, NULL, NULL, &other, &err);
        limit.rlim_cur = before;
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
        ck_assert(!opened);
        ck_assert_int_eq(err.kind, ERROR_SYSTEM);
        ck_assert_ptr_nonnull(strstr(err.text, "a pseudo-terminal for the board's serial line"));
        ck_assert_int_eq(other.fd, -1);
        int again = dup(device);
        ck_assert_int_eq(again, next);
        close(again);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("transport");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, open_line, close_line);
    tcase_add_test(tests, every_byte_value_arrives);
    tcase_add_test(tests, bytes_keep_their_order);
    tcase_add_test(tests, nothing_there_is_no_error);
    tcase_add_test(tests, too_much_is_noticed_and_not_lost);
    tcase_add_test(tests, hang_up_keeps_what_was_taken_in);
    tcase_add_test(tests, a_hang_up_is_noticed_after_a_write);
    tcase_add_test(tests, a_full_line_takes_nothing);
    tcase_add_test(tests, what_is_written_before_anybody_is_there);
    tcase_add_test(tests, what_came_before_a_hang_up_stays);
    tcase_add_loop_test(tests, a_line_is_read_to_its_end, 0, 20);
    tcase_add_test(tests, a_line_is_up_while_one_holds_it);
    tcase_add_test(tests, no_files_for_a_line);
    Suite *suite = suite_create("transport");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
