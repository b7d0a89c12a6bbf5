/* What strangers write, fit for a terminal and for a CI system's log. */
#include "base/error.h"
#include "base/text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *raw;
    const char *shown;
} TEXTS[] = {
    {"", ""},
    {"serving_default_input_2:0", "serving_default_input_2:0"},
    {"Größe 日本 😀 ~\"'\\", "Größe 日本 😀 ~\"'\\"},
    {"a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd"},
    {"\033[31mred\a\177", "\\x1b[31mred\\x07\\x7f"},
    {"C1: \xc2\x9b"
     "31m",
     "C1: \\xc2\\x9b31m"},
    {"turned \xe2\x80\xae" /* NOLINT(misc-misleading-bidirectional) */
     "txt",
     "turned \\xe2\\x80\\xaetxt"},
    {"unseen \xe2\x80\x8b\xef\xbb\xbf", "unseen \\xe2\\x80\\x8b\\xef\\xbb\\xbf"},
    {"no character \xef\xbf\xbf", "no character \\xef\\xbf\\xbf"},
    {"\xff\xfe \xc3 \xc3", "\\xff\\xfe \\xc3 \\xc3"},
    {"overlong \xc0\xaf \xe0\x80\xaf", "overlong \\xc0\\xaf \\xe0\\x80\\xaf"},
    {"surrogate \xed\xa0\x80", "surrogate \\xed\\xa0\\x80"},
    {"too far \xf4\x90\x80\x80", "too far \\xf4\\x90\\x80\\x80"},
    {"::error::it is fine", "\\x3a:error::it is fine"},
    {"  ::set-output name=x::y", "  \\x3a:set-output name=x::y"},
    {"a::b", "a::b"},
    {"all ##[error]is well", "all \\x23#[error]is well"},
    {"\\x1b", "\\x1b"},
};
enum { TEXTS_COUNT = sizeof(TEXTS) / sizeof(TEXTS[0]) };

START_TEST(only_what_can_be_seen)
{
    char buffer[256];
    char again[256];
    ck_assert_str_eq(text_printable(TEXTS[_i].raw, buffer, sizeof(buffer)), TEXTS[_i].shown);
    ck_assert_str_eq(text_printable(buffer, again, sizeof(again)), TEXTS[_i].shown);
    ck_assert_str_eq(printable(TEXTS[_i].raw).text, TEXTS[_i].shown);
}
END_TEST

/* Cut anywhere: no half character, no half \xNN, and never a byte too many. */
START_TEST(cut_to_any_size)
{
    char buffer[64];
    for (size_t size = 1; size < 20; size++) {
        memset(buffer, '#', sizeof(buffer));
        text_printable("aä\033😀b", buffer, size);
        ck_assert_uint_lt(strlen(buffer), size);
        ck_assert_int_eq(strncmp("aä\\x1b😀b", buffer, strlen(buffer)), 0);
        ck_assert_int_eq(buffer[size], '#');
        char again[64];
        ck_assert_str_eq(text_printable(buffer, again, sizeof(again)), buffer);
    }
}
END_TEST

static const struct {
    const char *data;
    size_t size_bytes;
    const char *shown;
} LINES[] = {
    {"", 0, ""},
    {"one", 3, "> one\n"},
    {"one\n", 4, "> one\n"},
    {"one\r\ntwo", 8, "> one\n> two\n"},
    {"\n\n", 2, "> \n> \n"},
    {"a\0b\0\0c\033[2J\r", 11, "> a\\x00b\\x00\\x00c\\x1b[2J\\x0d\n"},
    {"::error::no\n ä", 15, "> \\x3a:error::no\n>  ä\n"},
};
enum { LINES_COUNT = sizeof(LINES) / sizeof(LINES[0]) };

static char *printed(const char *data, size_t size_bytes)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(out);
    text_print_lines(out, "> ", data, size_bytes);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

START_TEST(bytes_as_lines)
{
    char *text = printed(LINES[_i].data, LINES[_i].size_bytes);
    ck_assert_str_eq(text, LINES[_i].shown);
    free(text);
}
END_TEST

/* However long a line is, all of it is there, and characters stay whole. */
START_TEST(a_long_line)
{
    static const char euro[] = {'\xe2', '\x82', '\xac'};
    char data[3000];
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = euro[i % sizeof(euro)];
    for (size_t first = 0; first < 3; first++) {
        memset(data, 'x', 3);
        char *text = printed(data + first, sizeof(data) - first);
        ck_assert_uint_eq(strlen(text), strlen("> ") + sizeof(data) - first + 1);
        ck_assert_int_eq(strncmp(text + 2, data + first, sizeof(data) - first), 0);
        free(text);
    }
}
END_TEST

/* Every error is fit, and a line in a stranger's name passes for none of ours. */
START_TEST(errors_are_fit)
{
    struct error err;
    error_set(&err, ERROR_USAGE, 0, "output \"%s\"", "x\033\noutput  matches\n::error::no");
    error_wrap(&err, "model %s", "m\a");
    error_append(&err, "  %s", "second\xff");
    ck_assert_str_eq(err.text, "model m\\x07: output \"x\\x1b\n  output  matches\n  "
                               "\\x3a:error::no\"\n  second\\xff");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("text");
    tcase_add_loop_test(tests, only_what_can_be_seen, 0, TEXTS_COUNT);
    tcase_add_test(tests, cut_to_any_size);
    tcase_add_loop_test(tests, bytes_as_lines, 0, LINES_COUNT);
    tcase_add_test(tests, a_long_line);
    tcase_add_test(tests, errors_are_fit);
    Suite *suite = suite_create("text");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
