/* How like two outputs are: cosine, top-1, how far off their elements are. */
#include "client/likeness.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 3 };

static float got[6];
static float expected[6];

static struct likeness likeness_of(int rows)
{
    const struct tensor shape = {.code = TENSOR_FLOAT,
                                 .bits = 32,
                                 .ndim = 2,
                                 .shape = {rows, COLUMNS},
                                 .size_bytes = sizeof(float) * COLUMNS * (size_t)rows};
    struct tensor a = shape;
    struct tensor b = shape;
    a.data = got;
    b.data = expected;
    return tensor_likeness(&a, &b, rows);
}

static void set(float *row, float a, float b, float c)
{
    row[0] = a;
    row[1] = b;
    row[2] = c;
}

START_TEST(the_same_is_wholly_alike)
{
    set(got, 0.1F, 0.2F, 0.7F);
    set(expected, 0.1F, 0.2F, 0.7F);
    struct likeness found = likeness_of(1);
    ck_assert(found.cosine <= 1 && found.cosine > 1 - 1e-12);
    ck_assert_int_eq(found.agreeing, 1);
    ck_assert_int_eq(found.errors[0], 3);
}
END_TEST

START_TEST(the_least_cosine_counts)
{
    set(got, 1, 0, 0);
    set(expected, 2, 0, 0);
    set(got + COLUMNS, 3, 4, 0);
    set(expected + COLUMNS, 4, 3, 0);
    struct likeness found = likeness_of(2);
    ck_assert_double_eq_tol(found.cosine, 24.0 / 25, 1e-12);
    ck_assert_int_eq(found.agreeing, 1);
    ck_assert_int_eq(found.inferences, 2);
    ck_assert_int_eq(found.errors[0], 3);
    ck_assert_int_eq(found.errors[8], 3); /* up to 1 */
}
END_TEST

START_TEST(what_has_no_direction)
{
    set(got, 0, 0, 0);
    set(expected, 0, 0, 0);
    ck_assert(likeness_of(1).cosine == 1);
    set(expected, 0, 1, 0);
    ck_assert(likeness_of(1).cosine == 0);
    set(got, NAN, 1, 0);
    struct likeness found = likeness_of(1);
    ck_assert(isnan(found.cosine));
    ck_assert_int_eq(found.agreeing, 0); /* nothing is the largest beside what is no number */
    ck_assert_int_eq(found.errors[LIKENESS_BINS - 1], 1);
    set(expected, NAN, 1, 0);
    found = likeness_of(1);
    ck_assert_int_eq(found.agreeing, 1);
    ck_assert_int_eq(found.errors[0], 3);
}
END_TEST

START_TEST(errors_go_to_the_first_bin_that_holds_them)
{
    set(got, 0.5F, 100, INFINITY);
    set(expected, 0, 0, 0);
    struct likeness found = likeness_of(1);
    for (int i = 0; i < LIKENESS_BINS; i++)
        ck_assert_int_eq(found.errors[i], likeness_bin_most(i) == 1 ||
                                              likeness_bin_most(i) == 100 ||
                                              i == LIKENESS_BINS - 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("likeness");
    TCase *tests = tcase_create("likeness");
    tcase_add_test(tests, the_same_is_wholly_alike);
    tcase_add_test(tests, the_least_cosine_counts);
    tcase_add_test(tests, what_has_no_direction);
    tcase_add_test(tests, errors_go_to_the_first_bin_that_holds_them);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
