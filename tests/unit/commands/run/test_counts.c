/* What `run --count` says of its counts: the table, on a terminal and elsewhere, and the document.
 */
#include "commands/run/count/table.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 8192, WIDTH = 80, FIRST = 16 };

static char text[TEXT_BYTES];

static char conv[] = "tvmgen_default_fused_nn_conv2d_add_nn_relu";
static char dense[] =
    "tvmgen_default_fused_nn_contrib_dense_pack_add_fixed_point_multiply_per_axis_"
    "clip_cast_1";
static struct count_operator operators[] = {{conv, 4, 1500}, {dense, 2, 480}};

/* Two inferences, of which the second takes 2 instructions more. */
static struct counts sample(void)
{
    return (struct counts){.inferences = 2,
                           .instructions = 2000,
                           .least = 999,
                           .most = 1001,
                           .first = 2000,
                           .first_inferences = 2,
                           .split_inferences = 2,
                           .outside = 21,
                           .operators = operators,
                           .operators_count = 2};
}

static void report(const struct counts *counts, bool terminal, const char *locale)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(setenv("LC_ALL", locale, 1), 0);
    struct report report;
    report_init(&report, file);
    report.terminal = terminal;
    counts_report(counts, &report);
    rewind(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
}

#define ASSERT_TEXT(expected) ck_assert_msg(strstr(text, (expected)) != NULL, "%s", text)

START_TEST(elsewhere_whole_names_and_no_bars)
{
    struct counts counts = sample();
    report(&counts, false, "C.UTF-8");
    ASSERT_TEXT("counts    1000 instructions an inference on average, 999 to 1001\n");
    ASSERT_TEXT("  fused_nn_conv2d_add_nn_relu ");
    ASSERT_TEXT("      2           750   75.0 %\n");
    ASSERT_TEXT("  fused_nn_contrib_dense_pack_add_fixed_point_multiply_per_axis_clip_cast_1 ");
    ASSERT_TEXT("10.5    1.0 %\n");
    ASSERT_TEXT("  sum 1000.5, with hooks that tell operators apart: +0.5 (+0.050 %)\n");
    ck_assert_msg(!strstr(text, "first"), "%s", text);
}
END_TEST

/* Against those that ran with hooks, too. */
START_TEST(operators_of_the_first_inferences)
{
    struct counts counts = sample();
    counts.inferences = 100;
    counts.split_inferences = counts.first_inferences = FIRST;
    counts.instructions = UINT64_C(100) * 1100;
    counts.first = UINT64_C(123) * FIRST;
    counts.outside = 127 * FIRST - 1500 - 480;
    report(&counts, false, "C");
    ASSERT_TEXT("counts    1100 instructions an inference on average, 999 to 1001\n"
                "  of the first 16 inferences, 123 each on average:\n  operator ");
    ASSERT_TEXT("  sum 127, with hooks that tell operators apart: +4 (+3.252 %)\n");
    cJSON *json = counts_document(&counts);
    char *printed = cJSON_PrintUnformatted(json);
    ck_assert_msg(strstr(printed, "\"operators_inferences\":16,"
                                  "\"operators_instructions_per_inference\":123,"),
                  "%s", printed);
    ck_assert_msg(strstr(printed, "\"hooks_difference\":4,"), "%s", printed);
    free(printed);
    cJSON_Delete(json);
}
END_TEST

/* Columns: bytes that do not go on with a character. */
static size_t columns(const char *line, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)line[i] & 0xc0) != 0x80;
    return count;
}

START_TEST(a_terminal_has_bars_and_its_width)
{
    static const char *const LOCALES[] = {"C.UTF-8", "C"};
    static const char *const BARS[] = {"75.0 %  ███", "75.0 %  ###"};
    struct counts counts = sample();
    report(&counts, true, LOCALES[_i]);
    ASSERT_TEXT(BARS[_i]);
    ck_assert_msg((strstr(text, "#") != NULL) == (_i == 1), "%s", text);
    ASSERT_TEXT("axis_clip_cast_1 ");
    const char *line = text;
    for (const char *end = strchr(line, '\n'); end; line = end + 1, end = strchr(line, '\n'))
        ck_assert_msg(columns(line, (size_t)(end - line)) <= WIDTH, "%s", line);
}
END_TEST

START_TEST(without_operators)
{
    struct counts counts = {.inferences = 1, .instructions = 7, .least = 7, .most = 7};
    report(&counts, false, "C");
    ck_assert_str_eq(text, "counts    7 instructions an inference\n");
    counts.split_inferences = 1;
    counts.outside = 7;
    report(&counts, false, "C");
    ASSERT_TEXT("operators are not told apart: the model has no C sources");
    counts = (struct counts){.inferences = 0};
    report(&counts, false, "C");
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(the_document)
{
    struct counts counts = sample();
    cJSON *json = counts_document(&counts);
    char *printed = cJSON_PrintUnformatted(json);
    ck_assert_str_eq(printed,
                     "{\"instructions_per_inference\":1000,\"least\":999,\"most\":1001,"
                     "\"operators_inferences\":2,\"operators_instructions_per_inference\":1000,"
                     "\"overhead_instructions\":10.5,\"hooks_difference\":0.5,\"operators\":["
                     "{\"name\":\"tvmgen_default_fused_nn_conv2d_add_nn_relu\",\"calls\":2,"
                     "\"instructions\":750,\"share\":0.7496251874062968},"
                     "{\"name\":\"tvmgen_default_fused_nn_contrib_dense_pack_add_fixed_point_"
                     "multiply_per_axis_clip_cast_1\",\"calls\":1,\"instructions\":240,"
                     "\"share\":0.239880059970015}]}");
    free(printed);
    cJSON_Delete(json);
    counts = (struct counts){.inferences = 0};
    json = counts_document(&counts);
    ck_assert(cJSON_IsNull(json));
    cJSON_Delete(json);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("counts");
    TCase *tcase = tcase_create("counts");
    tcase_add_test(tcase, elsewhere_whole_names_and_no_bars);
    tcase_add_test(tcase, operators_of_the_first_inferences);
    tcase_add_loop_test(tcase, a_terminal_has_bars_and_its_width, 0, 2);
    tcase_add_test(tcase, without_operators);
    tcase_add_test(tcase, the_document);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
