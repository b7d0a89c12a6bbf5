/* What commands choose for a project of their own. */
#include "commands/pipeline.h"

#include <check.h>
#include <stdlib.h>

#define KIB 1024ULL
#define MIB (1024 * KIB)

/* As large as the RAM lets them be, each size up to where the next begins. */
START_TEST(test_packets)
{
    static const struct {
        uint64_t ram_bytes;
        int64_t packet_bytes;
    } cases[] = {
        {0, 0},
        {16 * KIB, 0},
        {64 * KIB - 1, 0},
        {64 * KIB, 4096},
        {256 * KIB - 1, 4096},
        {256 * KIB, 8192},
        {32 * MIB - 1, 8192},
        {32 * MIB, 32768},
        {4096 * MIB, 32768},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_int_eq(pipeline_own_packet_bytes(cases[i].ram_bytes), cases[i].packet_bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pipeline");
    TCase *choices = tcase_create("choices");
    tcase_add_test(choices, test_packets);
    suite_add_tcase(suite, choices);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
