/* Numbers that read back the same, and checksums. */
#include "base/number.h"
#include "base/sha256.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    double value;
    const char *text;
} NUMBERS[] = {
    {0, "0"},
    {-0.0, "-0"},
    {0.1, "0.1"},
    {100, "100"},
    {-1234567, "-1234567"},
    {1.0 / 3, "0.3333333333333333"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1e15, "1000000000000000"},
    {9007199254740993e0, "9007199254740992"},
    {1e16, "1e+16"},
    {1e23, "1e+23"},
    {DBL_MAX, "1.7976931348623157e+308"},
    {5e-324, "5e-324"},
    {NAN, "nan"},
    {INFINITY, "inf"},
    {-INFINITY, "-inf"},
};

START_TEST(shortest)
{
    char text[NUMBER_TEXT_SIZE];
    ck_assert_str_eq(number_text(NUMBERS[_i].value, text), NUMBERS[_i].text);
}
END_TEST

START_TEST(shortest_of_floats)
{
    char text[NUMBER_TEXT_SIZE];
    ck_assert_str_eq(number_text_single(0.1F, text), "0.1");
    ck_assert_str_eq(number_text_single(16777216.0F, text), "16777216");
    ck_assert_str_eq(number_text_single(3.4028235e38F, text), "3.4028235e+38");
    ck_assert_str_eq(number_text_single(1e-45F, text), "1e-45");
    ck_assert_str_eq(number_text_single(-(float)NAN, text), "nan");
    ck_assert_str_eq(number_text_single(-(float)INFINITY, text), "-inf");
}
END_TEST

/* Whatever the bits are. */
START_TEST(all_read_back)
{
    char text[NUMBER_TEXT_SIZE];
    uint64_t bits = 0x9e3779b97f4a7c15U;
    for (int i = 0; i < 20000; i++) {
        double value;
        float single;
        bits = bits * 6364136223846793005U + 1442695040888963407U;
        memcpy(&value, &bits, sizeof(value));
        memcpy(&single, &bits, sizeof(single));
        if (isfinite(value))
            ck_assert_double_eq(strtod(number_text(value, text), NULL), value);
        if (isfinite(single))
            ck_assert_float_eq(strtof(number_text_single(single, text), NULL), single);
    }
}
END_TEST

/* FIPS 180-4's examples, and lengths about a block's; the values are sha256sum's. */
START_TEST(checksums)
{
    static const struct {
        const char *letter;
        size_t count;
        const char *sum;
    } LENGTHS[] = {
        {"a", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
        {"a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
        {"a", 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
        {"a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
        {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    };
    char text[SHA256_TEXT_SIZE];
    ck_assert_str_eq(sha256_text("abc", 3, text),
                     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ck_assert_str_eq(
        sha256_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, text),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    ck_assert_str_eq(sha256_text(NULL, 0, text), LENGTHS[0].sum);
    for (size_t i = 0; i < sizeof(LENGTHS) / sizeof(LENGTHS[0]); i++) {
        char *data = malloc(LENGTHS[i].count + 1);
        ck_assert_ptr_nonnull(data);
        memset(data, LENGTHS[i].letter[0], LENGTHS[i].count);
        ck_assert_str_eq(sha256_text(data, LENGTHS[i].count, text), LENGTHS[i].sum);
        free(data);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("number");
    TCase *tests = tcase_create("number");
    tcase_add_loop_test(tests, shortest, 0, sizeof(NUMBERS) / sizeof(NUMBERS[0]));
    tcase_add_test(tests, shortest_of_floats);
    tcase_add_test(tests, all_read_back);
    tcase_add_test(tests, checksums);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
