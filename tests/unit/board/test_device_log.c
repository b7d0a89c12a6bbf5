/* What a firmware says, found in the middle of its data. */
#include "board/line/device_log.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/rpc_common/session.h>

static struct device_log log_;
static char text[LINE_RING_LINES * LINE_RING_LINE_BYTES];

static const char *all_lines(void)
{
    return line_ring_text(&log_.lines, text, sizeof(text));
}

static void start(void)
{
    device_log_init(&log_);
}

static bool to_log(void *context, const uint8_t *data, size_t size_bytes)
{
    (void)context;
    for (size_t i = 0; i < size_bytes; i++) /* the worst way to be cut */
        device_log_take(&log_, data + i, 1);
    return true;
}

static void send_message(enum session_message type, const char *body)
{
    struct frame_encoder encoder;
    uint8_t header[SESSION_HEADER_SIZE] = {1, 2, (uint8_t)type};
    frame_encoder_init(&encoder, to_log, NULL);
    ck_assert(frame_begin(&encoder, (uint32_t)(sizeof(header) + strlen(body))));
    ck_assert(frame_payload(&encoder, header, sizeof(header)));
    ck_assert(frame_payload(&encoder, body, strlen(body)));
    ck_assert(frame_end(&encoder));
}

static void send_text(const char *line)
{
    device_log_take(&log_, (const uint8_t *)line, strlen(line));
}

START_TEST(logs_and_text_become_lines_and_data_does_not)
{
    send_text("boot\r\nhal");
    send_text("f\n\n");
    send_message(SESSION_LOG, "log: \xc3\xa4 one");
    send_message(SESSION_NORMAL, "no line");
    send_message(SESSION_LOG, "two\nlines\n");
    send_text("unfinished");
    ck_assert_str_eq(all_lines(), "boot\nhalf\nlog: \xc3\xa4 one\ntwo\nlines");
    ck_assert_ptr_null(device_log_fault(&log_));
}
END_TEST

START_TEST(a_fault_in_the_middle_of_a_frame)
{
    static const uint8_t half[] = {0xff, 0xfd, 100, 0, 0, 0, 'a', 'b'};
    device_log_take(&log_, half, sizeof(half));
    send_text("\xff\n"
              "fault: HardFault pc=0x00001234\n");
    ck_assert_ptr_nonnull(device_log_fault(&log_));
    ck_assert_str_eq(device_log_fault(&log_), "fault: HardFault pc=0x00001234");
}
END_TEST

START_TEST(the_last_fault_counts)
{
    send_text("fault: one\nabort: two\nno fault: three\n");
    ck_assert_str_eq(device_log_fault(&log_), "abort: two");
}
END_TEST

START_TEST(a_long_log_message_is_cut)
{
    char body[3000];
    memset(body, 'x', sizeof(body) - 1);
    body[sizeof(body) - 1] = '\0';
    send_message(SESSION_LOG, body);
    ck_assert_uint_eq(log_.lines.count, 1);
    ck_assert_uint_eq(strlen(all_lines()), LINE_RING_LINE_BYTES - 1);
    ck_assert_ptr_nonnull(strstr(all_lines(), "x..."));
}
END_TEST

START_TEST(only_the_last_lines_stay)
{
    for (int i = 0; i < 100; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%d\n", i);
        send_text(line);
    }
    ck_assert_uint_eq(log_.lines.count, LINE_RING_LINES);
    ck_assert_str_eq(line_ring_line(&log_.lines, 0), "80");
    ck_assert_str_eq(line_ring_line(&log_.lines, LINE_RING_LINES - 1), "99");
    ck_assert_str_eq(line_ring_text(&log_.lines, text, sizeof("98\n99")), "98\n99");
    ck_assert_str_eq(line_ring_text(&log_.lines, text, sizeof("98\n99") - 1), "99");
    ck_assert_str_eq(line_ring_text(&log_.lines, text, 1), "");
}
END_TEST

static const struct {
    const char *sent;
    const char *line;
} PRINTABLE[] = {
    {"tab\tstays", "tab\tstays"},
    {"\x1b[31mred\x7f", "?[31mred?"},
    {"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"},
    {"\xc3", "?"},
    {"\x80\xbfx", "??x"},
    {"\xc0\xaf", "??"},           /* overlong */
    {"\xe0\x80\xaf", "???"},      /* likewise */
    {"\xed\xa0\x80", "???"},      /* half of a surrogate pair */
    {"\xf4\x90\x80\x80", "????"}, /* beyond Unicode */
    {"\xe2\x82", "??"},           /* cut off */
};

enum { PRINTABLE_COUNT = sizeof(PRINTABLE) / sizeof(PRINTABLE[0]) };

START_TEST(lines_are_printable_utf8)
{
    line_ring_add(&log_.lines, PRINTABLE[_i].sent, strlen(PRINTABLE[_i].sent));
    line_ring_end_line(&log_.lines);
    ck_assert_str_eq(line_ring_line(&log_.lines, 0), PRINTABLE[_i].line);
}
END_TEST

START_TEST(random_bytes_do_no_harm)
{
    srand(1);
    for (int i = 0; i < 20000; i++) {
        uint8_t data[64];
        for (size_t j = 0; j < sizeof(data); j++)
            data[j] = rand() % 4 ? (uint8_t)rand() : (uint8_t)(0xfd + rand() % 3);
        device_log_take(&log_, data, (size_t)(rand() % 64));
    }
    ck_assert_uint_le(log_.lines.count, LINE_RING_LINES);
    for (size_t i = 0; i < log_.lines.count; i++)
        ck_assert_uint_lt(strlen(line_ring_line(&log_.lines, i)), LINE_RING_LINE_BYTES);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("device_log");
    tcase_add_checked_fixture(tests, start, NULL);
    tcase_add_test(tests, logs_and_text_become_lines_and_data_does_not);
    tcase_add_test(tests, a_fault_in_the_middle_of_a_frame);
    tcase_add_test(tests, the_last_fault_counts);
    tcase_add_test(tests, a_long_log_message_is_cut);
    tcase_add_test(tests, only_the_last_lines_stay);
    tcase_add_loop_test(tests, lines_are_printable_utf8, 0, PRINTABLE_COUNT);
    tcase_add_test(tests, random_bytes_do_no_harm);
    Suite *suite = suite_create("device_log");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
