/* A tensor's elements as numbers, in the firmware. */
#include "standalone/characters.h"
#include "standalone/model.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TENSOR_BYTES = 16 };

static const struct {
    enum element_type type;
    bool is_real;
    uint8_t bytes[TENSOR_BYTES]; /* two elements, little-endian */
    size_t size_bytes;
    double values[2];
} TENSORS[] = {
    {TYPE_int8, false, {0x80, 0x7f}, 2, {-128, 127}},
    {TYPE_uint8, false, {0x80, 0xff}, 2, {128, 255}},
    {TYPE_bool, false, {0, 1}, 2, {0, 1}},
    {TYPE_int16, false, {0x00, 0x80, 0xff, 0x7f}, 4, {-32768, 32767}},
    {TYPE_uint16, false, {0x00, 0x80, 0xff, 0xff}, 4, {32768, 65535}},
    {TYPE_int32, false, {0, 0, 0, 0x80, 1, 0, 0, 0}, 8, {-2147483648.0, 1}},
    {TYPE_uint32, false, {0, 0, 0, 0x80, 1, 0, 0, 0}, 8, {2147483648.0, 1}},
    {TYPE_int64, false, {[7] = 0x80, [8] = 1}, 16, {-0x1p63, 1}},
    {TYPE_uint64, false, {[7] = 0x80, [8] = 1}, 16, {0x1p63, 1}},
    {TYPE_float32, true, {0, 0, 0xc0, 0xbf, 0, 0, 0x80, 0x3f}, 8, {-1.5, 1}},
    {TYPE_float64, true, {[6] = 0xf8, [7] = 0xbf, [14] = 0xf0, [15] = 0x3f}, 16, {-1.5, 1}},
    {TYPE_bfloat16, true, {0xc0, 0xbf, 0x80, 0x3f}, 4, {-1.5, 1}},
    {TYPE_float16, true, {0x00, 0xbe, 0xff, 0x7b}, 4, {-1.5, 65504}},
    {TYPE_float16, true, {0x01, 0x00, 0xff, 0x83}, 4, {0x1p-24, -1023 * 0x1p-24}},
    {TYPE_float16, true, {0x00, 0x7c, 0x00, 0xfc}, 4, {INFINITY, -INFINITY}},
};

START_TEST(types)
{
    uint8_t bytes[TENSOR_BYTES] __attribute__((aligned(8)));
    memcpy(bytes, TENSORS[_i].bytes, sizeof(bytes));
    struct model_tensor tensor = {
        .type = TENSORS[_i].type, .size_bytes = TENSORS[_i].size_bytes, .data = bytes};
    ck_assert_uint_eq(model_elements(&tensor), 2);
    ck_assert(model_is_real(&tensor) == TENSORS[_i].is_real);
    for (size_t i = 0; i < 2; i++)
        ck_assert(model_element(&tensor, i) == TENSORS[_i].values[i]);
    ck_assert_int_eq(model_largest(&tensor), TENSORS[_i].values[1] >= TENSORS[_i].values[0]);
}
END_TEST

START_TEST(half_that_is_no_number)
{
    uint16_t half = 0x7e01;
    struct model_tensor tensor = {
        .type = TYPE_float16, .size_bytes = sizeof(half), .data = (uint8_t *)&half};
    ck_assert(isnan(model_element(&tensor, 0)));
}
END_TEST

START_TEST(hexadecimal)
{
    static const char DIGITS[] = "0123456789abcdef";
    for (int i = 0; i < 256; i++) {
        const char *digit = i > 0 ? strchr(DIGITS, i >= 'A' && i <= 'F' ? i - 'A' + 'a' : i) : NULL;
        ck_assert_int_eq(hex_value((char)i), digit ? (int)(digit - DIGITS) : -1);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("element");
    TCase *tests = tcase_create("element");
    tcase_add_loop_test(tests, types, 0, sizeof(TENSORS) / sizeof(TENSORS[0]));
    tcase_add_test(tests, half_that_is_no_number);
    tcase_add_test(tests, hexadecimal);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
