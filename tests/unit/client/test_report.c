/* Comparison of tensors and the lines that tell of it. */
#include "client/element.h"
#include "client/report.h"

#include <check.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct tolerance DEFAULTS = {.rtol = COMPARE_DEFAULT_RTOL,
                                          .atol = COMPARE_DEFAULT_ATOL};

static struct comparison compare_floats(float got, float expected, double rtol, double atol)
{
    struct tolerance tolerance = {.rtol = rtol, .atol = atol};
    struct tensor a = {.code = TENSOR_FLOAT, .bits = 32, .ndim = 1, .shape = {1}, .data = &got};
    struct tensor b = a;
    b.data = &expected;
    return tensor_compare(&a, &b, &tolerance);
}

static const struct {
    float got;
    float expected;
    double rtol;
    double atol;
    bool matches;
} PAIRS[] = {
    {1.5F, 1.5F, 0, 0, true},
    {1.5F, 1.25F, 0, 0, false},
    {1.5F, 1.25F, 0, 0.25, true}, /* the bound itself is inside */
    {1.25F, 1.0F, 0.25, 0, true},
    {1.0F, 1.25F, 0.2, 0, true},
    {1.25F, 1.0F, 0.2, 0, false}, /* relative to what was expected */
    {-1.0F, 1.0F, 0.5, 0.5, false},
    {0.0F, -0.0F, 0, 0, true},
    {NAN, NAN, 0, 0, true},
    {NAN, 1.0F, 1e9, 1e9, false},
    {1.0F, NAN, 1e9, 1e9, false},
    {INFINITY, INFINITY, 0, 0, true},
    {INFINITY, -INFINITY, 1, 1, false},
    {1.0F, INFINITY, 1, 1, false},
    {INFINITY, 1.0F, 1, 1, false},
};

START_TEST(allclose_rule)
{
    struct comparison comparison =
        compare_floats(PAIRS[_i].got, PAIRS[_i].expected, PAIRS[_i].rtol, PAIRS[_i].atol);
    ck_assert_int_eq(comparison.mismatches == 0, PAIRS[_i].matches);
    ck_assert_int_eq(comparison.first_mismatch, PAIRS[_i].matches ? -1 : 0);
}
END_TEST

START_TEST(largest_errors)
{
    float got[] = {1.0F, 2.5F, -3.0F, 0.5F};
    float expected[] = {1.0F, 2.0F, -4.0F, 0.0F};
    struct tensor a = {.code = TENSOR_FLOAT, .bits = 32, .ndim = 2, .shape = {2, 2}, .data = got};
    struct tensor b = a;
    char text[64];
    b.data = expected;
    struct comparison comparison = tensor_compare(&a, &b, &DEFAULTS);
    ck_assert_int_eq(comparison.elements, 4);
    ck_assert_int_eq(comparison.mismatches, 3);
    ck_assert_int_eq(comparison.first_mismatch, 1);
    ck_assert_ldouble_eq(comparison.max_absolute_error, 1.0L);
    ck_assert_double_eq(comparison.max_relative_error, 0.25); /* nothing is relative to 0 */
    ck_assert_str_eq(tensor_index_text(&b, 1, text, sizeof(text)), "[0, 1]");
    ck_assert_str_eq(tensor_index_text(&b, 2, text, sizeof(text)), "[1, 0]");
}
END_TEST

START_TEST(integers_are_exact)
{
    int64_t got[] = {INT64_MAX, INT64_MIN, -5};
    int64_t expected[] = {INT64_MAX - 1, INT64_MIN, -5};
    struct tensor a = {.code = TENSOR_INT, .bits = 64, .ndim = 1, .shape = {3}, .data = got};
    struct tensor b = a;
    char text[64];
    b.data = expected;
    struct comparison comparison = tensor_compare(&a, &b, &DEFAULTS);
    ck_assert_int_eq(comparison.mismatches, 1); /* as doubles they would be equal */
    ck_assert_ldouble_eq(comparison.max_absolute_error, 1.0L);
    struct tolerance given = {.rtol = 1, .atol = 1, .atol_given = true};
    ck_assert_int_eq(tensor_compare(&a, &b, &given).mismatches, 0);
    ck_assert_str_eq(tensor_element_text(&a, 1, text), "-9223372036854775808");
}
END_TEST

START_TEST(small_types)
{
    int8_t bytes[] = {-128, 127};
    uint8_t unsigned_bytes[] = {255, 1};
    uint16_t halves[] = {0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0xfe00};
    char text[64];
    struct tensor tensor = {.code = TENSOR_INT, .bits = 8, .ndim = 1, .shape = {2}, .data = bytes};
    ck_assert_str_eq(tensor_element_text(&tensor, 0, text), "-128");
    tensor.code = TENSOR_UINT;
    tensor.data = unsigned_bytes;
    ck_assert_str_eq(tensor_element_text(&tensor, 0, text), "255");
    tensor.code = TENSOR_BOOL;
    ck_assert_str_eq(tensor_element_text(&tensor, 1, text), "1");
    static const char *const VALUES[] = {"1", "-2", "6e-08", "65504", "inf", "nan"};
    tensor =
        (struct tensor){.code = TENSOR_FLOAT, .bits = 16, .ndim = 1, .shape = {6}, .data = halves};
    for (int i = 0; i < 6; i++)
        ck_assert_str_eq(tensor_element_text(&tensor, i, text), VALUES[i]);
    ck_assert_int_eq(tensor_compare(&tensor, &tensor, &DEFAULTS).mismatches, 0);
}
END_TEST

/* What a report prints into a file: whole lines, no escape sequences. */
static void printed(void (*print)(struct report *report), char *text, size_t size)
{
    FILE *file = tmpfile();
    struct report report;
    ck_assert_ptr_nonnull(file);
    report_init(&report, file);
    ck_assert(!report.terminal && !report.colour);
    print(&report);
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void print_steps(struct report *report)
{
    report_begin(report, "build");
    report_progress(report, 1, 2, "files");
    report_line(report, "a line");
    report_end(report, "%d things", 7);
    report_begin(report, "flash");
    report_abandon(report);
}

START_TEST(lines_of_steps)
{
    char text[512];
    char rest[64];
    double ms;
    printed(print_steps, text, sizeof(text));
    ck_assert_int_eq(sscanf(text, "  a line\nbuild %lf ms  %60[^\n]", &ms, rest), 2);
    ck_assert_str_eq(rest, "7 things");
    ck_assert_ptr_null(strchr(text, '\033'));
    ck_assert_ptr_null(strstr(text, "flash"));
}
END_TEST

/* On a terminal a step is drawn when it begins, and again once a person could read that. */
START_TEST(progress_on_a_terminal)
{
    enum { LONGER_THAN_A_DRAWING_NS = 150000000 };
    char text[512];
    struct report report;
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    FILE *file = fopen(ptsname(terminal), "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(setenv("TERM", "xterm", 1), 0);
    report_init(&report, file);
    ck_assert(report.terminal);
    report_begin(&report, "build");
    report_progress(&report, 1, 40, "files");
    report.drawn_ns -= LONGER_THAN_A_DRAWING_NS;
    report_progress(&report, 12, 40, "files");
    report_end(&report, NULL);
    /* It comes in as many pieces as it was written in. */
    for (size_t length = 0; length == 0 || text[length - 1] != '\n';) {
        ssize_t size = read(terminal, text + length, sizeof(text) - 1 - length);
        ck_assert_int_gt(size, 0);
        length += (size_t)size;
        text[length] = '\0';
    }
    ck_assert_msg(strstr(text, "\r\033[Kbuild...\r\033[Kbuild... 12 of 40 files\r\033[Kbuild ") !=
                      NULL,
                  "%s", text);
    fclose(file);
    close(terminal);
}
END_TEST

static void print_outputs(struct report *report)
{
    int32_t got[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    int32_t expected[12] = {1, 2, 3, 4, 5, 6, 9, 8, 9, 10, 11, 12};
    struct tensor a = {.code = TENSOR_INT, .bits = 32, .ndim = 2, .shape = {2, 6}, .data = got};
    struct tensor b = a;
    b.data = expected;
    struct comparison same = tensor_compare(&a, &a, &DEFAULTS);
    struct comparison other = tensor_compare(&a, &b, &DEFAULTS);
    report_output(report, "plain", &a, NULL, NULL);
    report_output(report, "same", &a, &a, &same);
    report_output(report, "other", &a, &b, &other);
    a.data = NULL;
    report_output(report, "none", &a, NULL, NULL);
}

START_TEST(lines_of_outputs)
{
    char text[1024];
    printed(print_outputs, text, sizeof(text));
    ck_assert_str_eq(text,
                     "plain     int32 (2, 6)  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...]\n"
                     "same      int32 (2, 6)  max abs error 0, max rel error 0: matches\n"
                     "other     int32 (2, 6)  max abs error 2, max rel error 0.222: MISMATCH in 1 "
                     "of 12 elements, first at [1, 0]: got 7, expected 9\n"
                     "none      int32 (2, 6)  never written by the model's code\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *comparison = tcase_create("comparison");
    tcase_add_loop_test(comparison, allclose_rule, 0, sizeof(PAIRS) / sizeof(PAIRS[0]));
    tcase_add_test(comparison, largest_errors);
    tcase_add_test(comparison, integers_are_exact);
    tcase_add_test(comparison, small_types);
    suite_add_tcase(suite, comparison);
    TCase *lines = tcase_create("lines");
    tcase_add_test(lines, lines_of_steps);
    tcase_add_test(lines, progress_on_a_terminal);
    tcase_add_test(lines, lines_of_outputs);
    suite_add_tcase(suite, lines);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
