/* Which part of a firmware goes where: on a board with a small and a large memory besides the one
 * for code, as MPS2 has them, and on one that has no choice. */
#include "definition/placement.h"

#include <check.h>
#include <stdlib.h>

enum { FLASH, SMALL, LARGE };

#define ALL_BUT_CODE                                                                               \
    {                                                                                              \
        [REGION_CONSTANTS] = true, [REGION_DATA] = true, [REGION_WORKSPACE] = true                 \
    }
#define READ_ONLY                                                                                  \
    {                                                                                              \
        [REGION_CODE] = true, [REGION_CONSTANTS] = true                                            \
    }

static const struct regions CHOICE = {.items = {{"flash", 0, 1000, READ_ONLY},
                                                {"small", 2000, 1000, ALL_BUT_CODE},
                                                {"large", 4000, 4000, ALL_BUT_CODE}},
                                      .count = 3};
static const struct regions NO_CHOICE = {
    .items = {{"flash", 0, 1000, READ_ONLY},
              {"RAM", 2000, 1000, {[REGION_DATA] = true, [REGION_WORKSPACE] = true}}},
    .count = 2};

/* Bytes of each part, where each goes, and how many are too many. */
static const struct {
    const struct regions *regions;
    struct parts parts;
    size_t region[PARTS];
    uint64_t excess_bytes;
} CASES[] = {
    /* The first that holds it; the heap is where most is left. */
    {&CHOICE, {{100, 100, 100, 100, 100}}, {FLASH, FLASH, SMALL, SMALL, LARGE}, 0},
    {&CHOICE, {{100, 900, 100, 900, 4000}}, {FLASH, FLASH, SMALL, SMALL, LARGE}, 0},
    /* One byte more, and it goes elsewhere. */
    {&CHOICE, {{100, 901, 100, 100, 0}}, {FLASH, SMALL, LARGE, LARGE, LARGE}, 0},
    {&CHOICE, {{100, 901, 50, 49, 0}}, {FLASH, SMALL, SMALL, SMALL, LARGE}, 0},
    {&CHOICE, {{100, 900, 100, 901, 0}}, {FLASH, FLASH, SMALL, LARGE, LARGE}, 0},
    /* The heap's place: where the others leave more. */
    {&CHOICE, {{100, 900, 100, 3950, 0}}, {FLASH, FLASH, SMALL, LARGE, SMALL}, 0},
    {&CHOICE, {{100, 3950, 100, 900, 0}}, {FLASH, LARGE, SMALL, SMALL, LARGE}, 0},
    /* What comes first makes way for what has one place alone. */
    {&CHOICE, {{100, 100, 100, 4000, 900}}, {FLASH, FLASH, SMALL, LARGE, SMALL}, 0},
    {&CHOICE, {{100, 2000, 1000, 2000, 0}}, {FLASH, LARGE, SMALL, LARGE, SMALL}, 0},
    {&CHOICE, {{100, 950, 950, 0, 3000}}, {FLASH, SMALL, LARGE, SMALL, LARGE}, 0},
    /* No place: the one that lacks least. */
    {&CHOICE, {{100, 4001, 100, 100, 0}}, {FLASH, LARGE, SMALL, SMALL, SMALL}, 1},
    {&CHOICE, {{100, 0, 100, 0, 4007}}, {FLASH, FLASH, SMALL, SMALL, LARGE}, 7},
    {&CHOICE, {{1001, 0, 0, 0, 0}}, {FLASH, FLASH, SMALL, SMALL, LARGE}, 1},
    {&NO_CHOICE, {{500, 500, 300, 300, 400}}, {FLASH, FLASH, SMALL, SMALL, SMALL}, 0},
    {&NO_CHOICE, {{500, 501, 300, 300, 402}}, {FLASH, FLASH, SMALL, SMALL, SMALL}, 3},
};

START_TEST(each_part_has_its_place)
{
    const struct regions *regions = CASES[_i].regions;
    struct placement placement;
    uint64_t used_bytes[REGIONS_MAX] = {0};
    placement_find(regions, &CASES[_i].parts, &placement);
    for (unsigned part = 0; part < PARTS; part++) {
        ck_assert_msg(placement.region[part] == CASES[_i].region[part], "%s in %s", part_name(part),
                      regions->items[placement.region[part]].name);
        used_bytes[placement.region[part]] += CASES[_i].parts.bytes[part];
    }
    ck_assert_uint_eq(placement.excess_bytes, CASES[_i].excess_bytes);
    for (size_t i = 0; i < regions->count; i++)
        ck_assert_uint_eq(placement.used_bytes[i], used_bytes[i]);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("placement");
    tcase_add_loop_test(tests, each_part_has_its_place, 0, sizeof(CASES) / sizeof(CASES[0]));
    Suite *suite = suite_create("placement");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
