/* Error texts: what is kept when they are set, wrapped, added to and cut. */
#include "base/error.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

/* count times the same bytes, in a static buffer. */
static const char *repeated(const char *bytes, size_t count)
{
    static char text[4 * ERROR_TEXT_SIZE];
    size_t length = strlen(bytes);
    ck_assert_uint_lt(count * length, sizeof(text));
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * length, bytes, length);
    text[count * length] = '\0';
    return text;
}

START_TEST(set_formats_and_returns_false)
{
    ck_assert(!error_set(&err, ERROR_USAGE, 0, "board \"%s\": %d", "x", 3));
    ck_assert_str_eq(err.text, "board \"x\": 3");
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_int_eq(err.os, 0);
}
END_TEST

START_TEST(set_adds_the_system_error)
{
    error_set(&err, ERROR_SYSTEM, EACCES, "/tmp/x");
    ck_assert_str_eq(err.text, "/tmp/x: Permission denied");
    ck_assert_int_eq(err.os, EACCES);
    error_set(&err, ERROR_SYSTEM, ENOSPC, "/tmp/x"); /* which is not about space alone */
    ck_assert_str_eq(err.text, "/tmp/x: No space left on device (no room, or no inodes: see `df` "
                               "and `df -i`)");
}
END_TEST

START_TEST(set_takes_its_own_text_as_an_argument)
{
    error_set(&err, ERROR_DEVICE, 0, "gone");
    error_set(&err, ERROR_CLOSED, 0, "board: %s", err.text);
    ck_assert_str_eq(err.text, "board: gone");
}
END_TEST

START_TEST(the_longest_text_is_kept_whole)
{
    error_set(&err, ERROR_USAGE, 0, "%s", repeated("a", ERROR_TEXT_SIZE - 1));
    ck_assert_uint_eq(strlen(err.text), ERROR_TEXT_SIZE - 1);
    ck_assert_int_eq(err.text[ERROR_TEXT_SIZE - 2], 'a');
}
END_TEST

START_TEST(a_longer_text_ends_in_dots)
{
    error_set(&err, ERROR_USAGE, 0, "%s", repeated("a", ERROR_TEXT_SIZE));
    ck_assert_uint_eq(strlen(err.text), ERROR_TEXT_SIZE - 1);
    ck_assert_str_eq(err.text + ERROR_TEXT_SIZE - 5, "a...");
}
END_TEST

/* "ä" has two bytes; shifted by one, the cut falls into a character in one of the two. */
START_TEST(a_cut_leaves_whole_characters)
{
    error_set(&err, ERROR_USAGE, 0, "%s%s", _i ? "x" : "", repeated("\xc3\xa4", ERROR_TEXT_SIZE));
    size_t length = strlen(err.text);
    ck_assert_uint_lt(length, ERROR_TEXT_SIZE);
    ck_assert_str_eq(err.text + length - 5, "\xc3\xa4...");
}
END_TEST

START_TEST(wrap_puts_context_in_front)
{
    error_set(&err, ERROR_BUILD, ENOENT, "cc");
    ck_assert(!error_wrap(&err, "building %s", "p"));
    ck_assert_str_eq(err.text, "building p: cc: No such file or directory");
    ck_assert_int_eq(err.kind, ERROR_BUILD);
    ck_assert_int_eq(err.os, ENOENT);
}
END_TEST

START_TEST(wrap_of_a_full_text_keeps_the_context)
{
    error_set(&err, ERROR_BUILD, 0, "%s", repeated("a", ERROR_TEXT_SIZE - 1));
    error_wrap(&err, "context");
    ck_assert_int_eq(strncmp(err.text, "context: aaa", 12), 0);
    ck_assert_str_eq(err.text + ERROR_TEXT_SIZE - 4, "...");
}
END_TEST

START_TEST(append_adds_a_line)
{
    error_set(&err, ERROR_DEVICE, 0, "died");
    ck_assert(!error_append(&err, "  line %d", 1));
    error_append(&err, "  line %d", 2);
    ck_assert_str_eq(err.text, "died\n  line 1\n  line 2");
    ck_assert_int_eq(err.kind, ERROR_DEVICE);
}
END_TEST

START_TEST(append_to_a_full_text_stays_inside)
{
    error_set(&err, ERROR_DEVICE, 0, "%s", repeated("a", ERROR_TEXT_SIZE - 1));
    for (int i = 0; i < 3; i++)
        error_append(&err, "%s", repeated("b", ERROR_TEXT_SIZE));
    ck_assert_uint_eq(strlen(err.text), ERROR_TEXT_SIZE - 1);
    ck_assert_str_eq(err.text + ERROR_TEXT_SIZE - 5, "a...");
}
END_TEST

START_TEST(no_memory_names_what_and_how_much)
{
    ck_assert(!error_no_memory(&err, "a tensor", 12));
    ck_assert_str_eq(err.text, "out of memory (12 bytes for a tensor)");
    ck_assert_int_eq(err.kind, ERROR_INTERNAL);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("error");
    tcase_add_test(tests, set_formats_and_returns_false);
    tcase_add_test(tests, set_adds_the_system_error);
    tcase_add_test(tests, set_takes_its_own_text_as_an_argument);
    tcase_add_test(tests, the_longest_text_is_kept_whole);
    tcase_add_test(tests, a_longer_text_ends_in_dots);
    tcase_add_loop_test(tests, a_cut_leaves_whole_characters, 0, 2);
    tcase_add_test(tests, wrap_puts_context_in_front);
    tcase_add_test(tests, wrap_of_a_full_text_keeps_the_context);
    tcase_add_test(tests, append_adds_a_line);
    tcase_add_test(tests, append_to_a_full_text_stays_inside);
    tcase_add_test(tests, no_memory_names_what_and_how_much);
    Suite *suite = suite_create("error");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
