/* The document of `run --json`: what it says of outputs of each type, and its texts. */
#include "base/cleanup.h"
#include "commands/document/value.h"
#include "commands/run/document/document.h"
#include "commands/run/document/sections.h"
#include "commands/run/tensors/output.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct tolerance DEFAULTS = {.rtol = COMPARE_DEFAULT_RTOL,
                                          .atol = COMPARE_DEFAULT_ATOL};

/* TEXT, without what is only there to look at. */
static char *squeezed(cJSON *value)
{
    ck_assert_ptr_nonnull(value);
    char *text = cJSON_PrintUnformatted(value);
    cJSON_Delete(value);
    return text;
}

/* "comparison" of an output with what is expected, as one line. */
static char *compared(struct tensor got, void *expected)
{
    char name[] = "y";
    char label[] = "y.npy";
    struct model_port port = {.name = name, .type = got};
    struct device_model model = {.outputs = &port, .outputs_count = 1};
    struct run_tensor file = {.path = label, .tensor = got};
    const struct run_tensor *expect = &file;
    struct run_verdict verdict = {.is_known = false};
    struct run_data data = {.expect_of = &expect,
                            .outputs = &got,
                            .verdicts = &verdict,
                            .outputs_count = 1,
                            .inferences = 1};
    struct report report;
    cleanup_file FILE *out = fopen("/dev/null", "w");
    ck_assert_ptr_nonnull(out);
    file.tensor.data = expected;
    report_init(&report, out);
    run_output_compare(&data, &model, &DEFAULTS, &report);
    cJSON *outputs = section_outputs(&data, &model, NULL);
    ck_assert_ptr_nonnull(outputs);
    cJSON *comparison = cJSON_DetachItemFromObjectCaseSensitive(outputs->child, "comparison");
    cJSON_Delete(outputs);
    return squeezed(comparison);
}

#define SAYS(wanted, ...)                                                                          \
    do {                                                                                           \
        cleanup_free char *text_ = compared(__VA_ARGS__);                                          \
        ck_assert_msg(strstr(text_, (wanted)) != NULL, "no %s in %s", (wanted), text_);            \
    } while (0)
#define TENSOR(type, width, elements)                                                              \
    (struct tensor)                                                                                \
    {                                                                                              \
        .code = (type), .bits = (width), .ndim = 2,                                                \
        .shape = {1, (int64_t)(sizeof(elements) / ((width) / 8))}, .data = (elements),             \
        .size_bytes = sizeof(elements)                                                             \
    }
#define FOUND(differing, absolute, relative, at, first)                                            \
    "\"differing\":" differing ",\"count\":3,\"largest_absolute_error\":" absolute                 \
    ",\"largest_relative_error\":" relative ",\"largest_at\":" at ",\"first_difference\":" first

START_TEST(integers)
{
    uint64_t words[] = {UINT64_MAX, UINT64_MAX, 7};
    uint64_t others[] = {UINT64_MAX - 1, 0, 7};
    int64_t signs[] = {INT64_MIN, INT64_MAX, 0};
    int64_t other_signs[] = {INT64_MAX, INT64_MAX, 0};
    uint8_t flags[] = {0, 1, 1};
    uint8_t other_flags[] = {0, 1, 0};
    int8_t bytes[] = {-128, 0, 5};
    SAYS(FOUND("2", "18446744073709551615", "5.421010862427522e-20", "[0,1]",
               "{\"index\":[0,0],\"got\":18446744073709551615,"
               "\"expected\":18446744073709551614},\"atol\":0,\"rtol\":0"),
         TENSOR(TENSOR_UINT, 64, words), others);
    SAYS(FOUND("1", "18446744073709551615", "2", "[0,0]",
               "{\"index\":[0,0],\"got\":-9223372036854775808,"
               "\"expected\":9223372036854775807}"),
         TENSOR(TENSOR_INT, 64, signs), other_signs);
    SAYS(FOUND("1", "1", "0", "[0,2]", "{\"index\":[0,2],\"got\":1,\"expected\":0}"),
         TENSOR(TENSOR_BOOL, 8, flags), other_flags);
    SAYS("\"matches\":true," FOUND("0", "0", "0", "null", "null"), TENSOR(TENSOR_INT, 8, bytes),
         bytes);
}
END_TEST

START_TEST(reals)
{
    uint16_t halves[] = {0x3c00, 0x2e66, 0x7c00};       /* 1, 0.1, inf */
    uint16_t other_halves[] = {0x3c01, 0x2e66, 0x7c00}; /* 1.001 */
    float singles[] = {0.1F, NAN, 3};
    float other_singles[] = {0.1F, NAN, -(float)INFINITY};
    double doubles[] = {1e300, 0.1, 2};
    double other_doubles[] = {1e300, 0.1, 2.000001};
    SAYS(FOUND("1", "0.0009765625", "0.000975609756097561", "[0,0]",
               "{\"index\":[0,0],\"got\":1,\"expected\":1.001}"),
         TENSOR(TENSOR_FLOAT, 16, halves), other_halves);
    SAYS(FOUND("1", "\"inf\"", "\"inf\"", "[0,2]",
               "{\"index\":[0,2],\"got\":3,\"expected\":\"-inf\"},\"atol\":1e-05,\"rtol\":1e-05"),
         TENSOR(TENSOR_FLOAT, 32, singles), other_singles);
    other_singles[1] = 0.1F;
    SAYS("\"first_difference\":{\"index\":[0,1],\"got\":\"nan\",\"expected\":0.1}",
         TENSOR(TENSOR_FLOAT, 32, singles), other_singles);
    /* Within what is allowed, and still where it is largest. */
    SAYS("\"matches\":true,\"differing\":0", TENSOR(TENSOR_FLOAT, 64, doubles), other_doubles);
    SAYS("\"largest_at\":[0,2],\"first_difference\":null", TENSOR(TENSOR_FLOAT, 64, doubles),
         other_doubles);
}
END_TEST

START_TEST(no_axes)
{
    float got[] = {1};
    float expected[] = {2};
    struct tensor scalar = TENSOR(TENSOR_FLOAT, 32, got);
    struct tensor empty = TENSOR(TENSOR_FLOAT, 32, got);
    scalar.ndim = 0;
    empty.shape[1] = 0;
    empty.size_bytes = 0;
    SAYS("\"differing\":1,\"count\":1,\"largest_absolute_error\":1,\"largest_relative_error\":0.5,"
         "\"largest_at\":[],\"first_difference\":{\"index\":[],\"got\":1,\"expected\":2}",
         scalar, expected);
    SAYS("\"matches\":true,\"differing\":0,\"count\":0", empty, expected);
}
END_TEST

static void is_text(cJSON *value, const char *wanted)
{
    ck_assert_ptr_nonnull(value);
    ck_assert_str_eq(value->valuestring, wanted);
    cJSON_Delete(value);
}

START_TEST(texts)
{
    is_text(document_text("a\nb\x1b \xff\xc3\xa9"), "a\\x0ab\\x1b \\xff\xc3\xa9");
    is_text(document_lines("a\n  b\x1b\n\n"), "a\n  b\\x1b\n\n");
    is_text(document_lines("::warning::x\n::x"), "\\x3a:warning::x\n\\x3a:x");
    cJSON *null = document_text(NULL);
    ck_assert(cJSON_IsNull(null));
    cJSON_Delete(null);
    cleanup_free char *large = squeezed(document_size(UINT64_MAX));
    ck_assert_str_eq(large, "18446744073709551615");
    cleanup_free char *time = squeezed(document_time_ms(1.23456));
    ck_assert_str_eq(time, "1.235");
    cleanup_free char *none = squeezed(document_number((double)-INFINITY));
    ck_assert_str_eq(none, "\"-inf\"");
}
END_TEST

START_TEST(sections_take_their_places)
{
    struct run_document document;
    run_document_open(&document, "-");
    ck_assert(run_document_is_wanted(&document));
    run_document_put(&document, "exit_code", cJSON_CreateNumber(0));
    run_document_put(&document, "memory", cJSON_CreateObject());
    cleanup_free char *text = cJSON_PrintUnformatted(document.root);
    ck_assert_str_eq(text, "{\"format\":\"microtvm-qemu run\",\"version\":1,\"exit_code\":0,"
                           "\"status\":null,\"failure\":null,\"model\":null,\"board\":null,"
                           "\"versions\":null,\"options\":null,\"steps\":null,\"inferences\":null,"
                           "\"outputs\":null,\"labels\":null,\"memory\":{},\"counts\":null,"
                           "\"trace\":null}");
    run_document_dispose(&document);
    run_document_dispose(&document);
}
END_TEST

START_TEST(without_one)
{
    struct run_document document;
    struct error err;
    run_document_open(&document, NULL);
    ck_assert(!run_document_is_wanted(&document));
    run_document_put(&document, "memory", cJSON_CreateObject()); /* is freed */
    ck_assert(run_document_check(&document, &err));
    run_document_dispose(&document);
    /* With a part that is missing there is none. */
    run_document_open(&document, "-");
    run_document_put(&document, "memory", NULL);
    ck_assert(!run_document_write(&document, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERNAL);
    run_document_dispose(&document);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_document");
    TCase *tests = tcase_create("run_document");
    tcase_add_test(tests, integers);
    tcase_add_test(tests, reals);
    tcase_add_test(tests, no_axes);
    tcase_add_test(tests, texts);
    tcase_add_test(tests, sections_take_their_places);
    tcase_add_test(tests, without_one);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
