/* What each bit of ARMv7-M's fault status registers is called in last words. */
#include "boot/cortex_m/cause.h"
#include "boot/fatal.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static char said[1024];

void fatal_text(const char *text)
{
    size_t length = strlen(said);
    ck_assert_uint_lt(length + strlen(text), sizeof(said));
    memcpy(said + length, text, strlen(text) + 1);
}

static const struct {
    uint32_t hfsr;
    uint32_t cfsr;
    const char *text;
} CAUSES[] = {
    {0, 0, ""},
    {1U << 1, 0, " (vector table unreadable)"},
    {1U << 30, 0, " (escalated)"},
    {1U << 31, 0, " (debug event)"},
    {0, 1U << 0, " (instruction access violation)"},
    {0, 1U << 1, " (data access violation)"},
    {0, 1U << 3, " (unstacking access violation)"},
    {0, 1U << 4, " (stacking access violation)"},
    {0, 1U << 5, " (FPU stacking access violation)"},
    {0, 1U << 7, ""}, /* MMFAR is valid */
    {0, 1U << 8, " (instruction bus error)"},
    {0, 1U << 9, " (precise data bus error)"},
    {0, 1U << 10, " (imprecise data bus error)"},
    {0, 1U << 11, " (unstacking bus error)"},
    {0, 1U << 12, " (stacking bus error)"},
    {0, 1U << 13, " (FPU stacking bus error)"},
    {0, 1U << 15, ""}, /* BFAR is valid */
    {0, 1U << 16, " (undefined instruction)"},
    {0, 1U << 17, " (invalid instruction set state)"},
    {0, 1U << 18, " (invalid exception return)"},
    {0, 1U << 19, " (no such coprocessor)"},
    {0, 1U << 20, " (stack limit exceeded)"},
    {0, 1U << 24, " (unaligned access)"},
    {0, 1U << 25, " (division by zero)"},
    {1U << 30, 0x82, " (escalated, data access violation)"},
    {1U << 30, 0x92, " (escalated, data access violation, stacking access violation)"},
    {0, 0x8200, " (precise data bus error)"},
};

START_TEST(causes)
{
    cause_tell(CAUSES[_i].hfsr, CAUSES[_i].cfsr);
    ck_assert_str_eq(said, CAUSES[_i].text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cause");
    TCase *tests = tcase_create("cause");
    tcase_add_loop_test(tests, causes, 0, sizeof(CAUSES) / sizeof(CAUSES[0]));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
