/* The sizes of a firmware's parts, from the map that ld writes. */
#include "hostile/scratch.h"
#include "project/build/part_sizes.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct parts parts;

static const struct part_regions PLACEMENT = {.names = {[PART_CODE] = "flash",
                                                        [PART_CONSTANTS] = "large",
                                                        [PART_DATA] = "small",
                                                        [PART_WORKSPACE] = "small",
                                                        [PART_HEAP] = "large"}};

/* As ld 2.40 writes it; what is in front of the heading is of sections that were thrown away. */
static const char MAP[] = "Discarded input sections\n\n"
                          ".text          0x00000000     0x9990 a.o\n\n"
                          "Linker script and memory map\n\n"
                          ".reset_vectors  0x00000000        0x8\n"
                          ".text           0x00000000     0x1000\n"
                          " .text          0x00000000      0x500 a.o\n"
                          ".stack          0x20000000      0x200\n"
                          ".noinit         0x20001000       0x20\n"
                          ".constants      0x21000000      0x400 load address 0x0\n"
                          ".workspace      0x20001040      0x100\n"
                          ".data           0x20001140       0x30 load address 0x00001000\n"
                          ".tdata          0x20001170       0x10\n"
                          ".tbss           0x20001180        0x4\n"
                          ".tbss_space     0x20001180        0x4\n"
                          ".bss            0x20001190       0x40\n"
                          ".heap\n"
                          "                0x21000400     0x9999\n"
                          ".debug_info     0x00000000     0x5555\n";

START_TEST(parts_are_summed)
{
    scratch_write("f.map", MAP);
    ck_assert_msg(part_sizes_read(scratch_path("f.map"), &PLACEMENT, &parts, &err), "%s", err.text);
    ck_assert_uint_eq(parts.bytes[PART_CODE], 0x1000 + 0x30 + 0x10);
    ck_assert_uint_eq(parts.bytes[PART_CONSTANTS], 0x400);
    ck_assert_uint_eq(parts.bytes[PART_DATA], 0x1020 + (0x11d0 - 0x1140));
    ck_assert_uint_eq(parts.bytes[PART_WORKSPACE], 0x1140 - 0x1020);
    ck_assert_uint_eq(parts.bytes[PART_HEAP], 0x9999);
}
END_TEST

START_TEST(what_is_no_map_is_refused)
{
    ck_assert(!part_sizes_read(scratch_path("f.map"), &PLACEMENT, &parts, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    scratch_write("f.map", ".text           0x00000000     0x1000\n");
    ck_assert(!part_sizes_read(scratch_path("f.map"), &PLACEMENT, &parts, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("part_sizes");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, parts_are_summed);
    tcase_add_test(tests, what_is_no_map_is_refused);
    Suite *suite = suite_create("part_sizes");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
