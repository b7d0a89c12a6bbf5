/* --cache: what was built is used again, unless what it was linked with is another. The linker's
 * map and the libraries are files of the test's own. */
#include "commands/cache/firmware_cache.h"
#include "hostile/scratch.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char KEY[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static struct error err;

static const char *const LIBRARIES[] = {"lib/libc.a", "lib/of a compiler/libgcc.a", "lib/crt0.o"};
enum { LIBRARIES_COUNT = sizeof(LIBRARIES) / sizeof(LIBRARIES[0]) };

static struct firmware_entry opened(void)
{
    struct firmware_entry entry = {.lock_fd = -1};
    ck_assert_msg(firmware_cache_open(scratch_path("cache"), KEY, NULL, NULL, NULL, &entry, &err),
                  "%s", err.text);
    return entry;
}

static void build(void)
{
    char map[2048] = "Linker script and memory map\n\nLOAD CMakeFiles/firmware.dir/main.c.obj\n";
    struct firmware_entry entry = opened();
    ck_assert(!entry.is_built);
    ck_assert_int_ne(access(entry.project_dir, F_OK), 0);
    for (size_t i = 0; i < LIBRARIES_COUNT; i++) {
        size_t length = strlen(map);
        snprintf(map + length, sizeof(map) - length, "LOAD %s\n", scratch_path("%s", LIBRARIES[i]));
    }
    char name[300];
    snprintf(name, sizeof(name), "cache/%s/project/build/firmware.map", KEY);
    scratch_write(name, map);
    ck_assert_msg(firmware_cache_finish(&entry, &err), "%s", err.text);
    firmware_cache_close(&entry);
}

static bool is_built(void)
{
    struct firmware_entry entry = opened();
    bool built = entry.is_built;
    ck_assert_int_eq(access(entry.project_dir, F_OK) == 0, built);
    firmware_cache_close(&entry);
    return built;
}

static void set_up(void)
{
    scratch_make();
    for (size_t i = 0; i < LIBRARIES_COUNT; i++)
        scratch_write(LIBRARIES[i], "as it was");
    build();
}

START_TEST(what_was_built_is_used_again)
{
    ck_assert(is_built());
    ck_assert(is_built());
}
END_TEST

START_TEST(another_library_is_another_firmware)
{
    scratch_write(LIBRARIES[_i], "as it is now");
    ck_assert(!is_built());
    build();
    ck_assert(is_built());
}
END_TEST

START_TEST(a_library_of_another_time_is_another)
{
    const struct timespec times[] = {{.tv_sec = 1}, {.tv_sec = 1}};
    ck_assert_int_eq(utimensat(AT_FDCWD, scratch_path("%s", LIBRARIES[_i]), times, 0), 0);
    ck_assert(!is_built());
}
END_TEST

START_TEST(a_library_that_went_and_came_back)
{
    ck_assert_int_eq(rename(scratch_path("%s", LIBRARIES[_i]), scratch_path("away")), 0);
    ck_assert(!is_built());
    ck_assert_int_eq(rename(scratch_path("away"), scratch_path("%s", LIBRARIES[_i])), 0);
    ck_assert(!is_built()); /* its project was removed */
}
END_TEST

START_TEST(a_build_that_failed_is_forgotten)
{
    scratch_write(LIBRARIES[0], "as it is now");
    struct firmware_entry entry = opened();
    ck_assert(!entry.is_built);
    firmware_cache_close(&entry);
    ck_assert(!is_built());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("firmware_cache");
    TCase *tests = tcase_create("firmware_cache");
    tcase_add_checked_fixture(tests, set_up, scratch_remove);
    tcase_add_test(tests, what_was_built_is_used_again);
    tcase_add_loop_test(tests, another_library_is_another_firmware, 0, LIBRARIES_COUNT);
    tcase_add_loop_test(tests, a_library_of_another_time_is_another, 0, LIBRARIES_COUNT);
    tcase_add_loop_test(tests, a_library_that_went_and_came_back, 0, LIBRARIES_COUNT);
    tcase_add_test(tests, a_build_that_failed_is_forgotten);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
