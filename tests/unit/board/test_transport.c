/* The host's end of a pty, with a test at the other end. */
#include "board/line/transport.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_BYTES = 1024 * 1024 };

static struct error err;
static struct transport transport;
static int master;
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
    master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    ck_assert_int_ge(master, 0);
    ck_assert_int_eq(grantpt(master), 0);
    ck_assert_int_eq(unlockpt(master), 0);
    shown = malloc((size_t)2 * LIMIT_BYTES);
    transport = TRANSPORT_NONE;
    ck_assert_msg(transport_open(ptsname(master), LIMIT_BYTES, hear, &shown, &transport, &err),
                  "%s", err.text);
}

static void close_line(void)
{
    transport_close(&transport);
    transport_close(&transport);
    if (master >= 0)
        close(master);
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
        ssize_t sent = write(master, data, size);
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

static void take_pattern(size_t from, size_t to)
{
    uint8_t *data = malloc(to - from);
    transport_take(&transport, data, to - from);
    for (size_t i = from; i < to; i++)
        ck_assert_msg(data[i - from] == pattern(i), "byte %zu is %#x, not %#x", i, data[i - from],
                      pattern(i));
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
        ssize_t size = read(master, received + count, sizeof(received) - count);
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
    for (size_t i = 0; i < sent; i++)
        ck_assert(shown[i] == pattern(i));
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
    close(master);
    master = -1;
    transport_pump(&transport);
    ck_assert(transport.hung_up);
    take_pattern(0, 10);
    ck_assert_uint_eq(transport_write(&transport, "x", 1), 0);
}
END_TEST

START_TEST(write_after_hang_up_is_noticed)
{
    close(master);
    master = -1;
    ck_assert_uint_eq(transport_write(&transport, "x", 1), 0);
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

START_TEST(bytes_of_another_way_come_last)
{
    uint8_t data[3] = {pattern(5), pattern(6), pattern(7)};
    send_pattern(0, 5);
    wait_kept(5);
    transport_add(&transport, data, sizeof(data));
    ck_assert_uint_eq(transport.received_bytes, 5);
    take_pattern(0, 8);
    ck_assert_uint_eq(shown_bytes, 8);
}
END_TEST

START_TEST(a_path_that_is_no_line)
{
    struct transport other = TRANSPORT_NONE;
    ck_assert(!transport_open("/no/such/pty", 1, NULL, NULL, &other, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(err.text, "/no/such/pty"));
    ck_assert(!transport_open("/dev/null", 1, NULL, NULL, &other, &err));
    ck_assert_int_eq(other.fd, -1);
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
    tcase_add_test(tests, write_after_hang_up_is_noticed);
    tcase_add_test(tests, a_full_line_takes_nothing);
    tcase_add_test(tests, bytes_of_another_way_come_last);
    tcase_add_test(tests, a_path_that_is_no_line);
    Suite *suite = suite_create("transport");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
