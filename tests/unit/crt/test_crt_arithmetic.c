/* What the runtime computes and prints without the C library: every answer is that of the host's.
 */
#include <check.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/internal/common/format.h>
#include <tvm/runtime/crt/internal/time_evaluator/ratio.h>

enum { ROUNDS = 200000 };

static uint64_t state = 88172645463325252U;

static uint64_t random_bits(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Of every length up to 63 bits. */
static uint64_t random_number(void)
{
    return random_bits() >> (1 + random_bits() % 63);
}

/* Numbers of 53 bits are doubles, the quotient of which the host rounds once. */
START_TEST(ratios_are_the_nearest_doubles)
{
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t numerator = random_bits() >> (11 + random_bits() % 52);
        uint64_t denominator = (random_bits() >> (11 + random_bits() % 52)) | 1;
        double wanted = (double)numerator / (double)denominator;
        ck_assert_msg(ratio_as_double(numerator, denominator) == wanted, "%" PRIu64 " / %" PRIu64,
                      numerator, denominator);
    }
    ck_assert(ratio_as_double(0, 7) == 0);
    ck_assert(ratio_as_double(25000000, 25000000) == 1);
    ck_assert(ratio_as_double(INT64_MAX, 1) == 9223372036854775808.0);
    ck_assert(ratio_as_double(1, INT64_MAX) == 1 / 9223372036854775808.0);
    /* 2^53 + 1 lies between two doubles, and is rounded to the even one; + 3 to the other. */
    ck_assert(ratio_as_double((UINT64_C(1) << 53) + 1, 1) == 9007199254740992.0);
    ck_assert(ratio_as_double((UINT64_C(1) << 53) + 3, 1) == 9007199254740996.0);
}
END_TEST

START_TEST(scaling_rounds_down_and_has_an_end)
{
    for (int i = 0; i < ROUNDS; i++) {
        int32_t number = (int32_t)(random_bits() >> 33);
        uint32_t numerator = (uint32_t)random_number();
        uint32_t denominator = (uint32_t)random_number() | 1;
        uint64_t wanted = (uint64_t)number * numerator / denominator;
        ck_assert_int_eq(ratio_scale(number, numerator, denominator),
                         wanted < INT32_MAX ? (int32_t)wanted : INT32_MAX);
    }
    ck_assert_int_eq(ratio_scale(3, UINT64_C(10) << 40, UINT64_C(5) << 40), 6);
    ck_assert_int_eq(ratio_scale(1, UINT64_C(1) << 60, 1), INT32_MAX);
    ck_assert_int_eq(ratio_scale(7, 1, UINT64_C(1) << 60), 0);
}
END_TEST

static void __attribute__((format(printf, 1, 2))) check_format(const char *format, ...)
{
    char wanted[64];
    char got[64];
    for (size_t size_bytes = 1; size_bytes <= sizeof(wanted); size_bytes++) {
        va_list args;
        va_start(args, format);
        vsnprintf(wanted, size_bytes, format, args);
        va_end(args);
        va_start(args, format);
        memset(got, 'x', sizeof(got));
        crt_format(got, size_bytes, format, args);
        va_end(args);
        ck_assert_str_eq(got, wanted);
    }
}

START_TEST(texts_are_those_of_printf)
{
    check_format("no conversion");
    check_format("%s and \"%s\"", "one", "");
    check_format("%.3s|%.40s|", "abcdef", "short");
    check_format("%d %d %d", 0, -1, 1234567890);
    check_format("%d %ld", INT32_MIN, -123456789L);
    check_format("%u %lu %lx %x", UINT32_MAX, 4000000000UL, 0xdeadbeefUL, 10U);
    check_format("0x%lx%.8lx", 1UL, 0xabUL);
    check_format("at %p: %s", (void *)&state, "there");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crt_arithmetic");
    TCase *numbers = tcase_create("numbers");
    tcase_add_test(numbers, ratios_are_the_nearest_doubles);
    tcase_add_test(numbers, scaling_rounds_down_and_has_an_end);
    tcase_add_test(numbers, texts_are_those_of_printf);
    suite_add_tcase(suite, numbers);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
