/* A folder of boards' definitions, and those that are shipped. */
#include "base/cleanup.h"
#include "base/file.h"
#include "board/machine.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFINITION_MAX_BYTES = 64 * 1024 };

static const char *const SHIPPED = SOURCE_DIR "/qemu-machines";

static struct error err;
static struct machine machine;

/* dir/FILE.json: a shipped one by another name. */
static void write_machine(const char *file, const char *name)
{
    static const char given[] = "\"microbit\"";
    cleanup_free char *text = NULL;
    char changed[DEFINITION_MAX_BYTES];
    char path[32];
    ck_assert_msg(file_read(SOURCE_DIR "/qemu-machines/microbit.json", DEFINITION_MAX_BYTES, &text,
                            NULL, &err),
                  "%s", err.text);
    const char *found = strstr(text, given);
    ck_assert_ptr_nonnull(found);
    snprintf(changed, sizeof(changed), "%.*s\"%s\"%s", (int)(found - text), text, name,
             found + strlen(given));
    snprintf(path, sizeof(path), "dir/%s.json", file);
    scratch_write(path, changed);
}

START_TEST(folder_of_boards)
{
    struct machine_list list;
    write_machine("b", "b");
    write_machine("a", "a");
    scratch_write("dir/README.md", "");
    scratch_write("dir/.json", "");
    ck_assert_msg(machine_list_load(scratch_path("dir"), &list, &err), "%s", err.text);
    ck_assert_uint_eq(list.count, 2);
    ck_assert_str_eq(list.items[0].name, "a");
    ck_assert_str_eq(list.items[1].name, "b");
    machine_list_dispose(&list);
    machine_list_dispose(&list);
    ck_assert_msg(machine_load(scratch_path("dir"), "b", &machine, &err), "%s", err.text);
    machine_dispose(&machine);
}
END_TEST

START_TEST(unknown_boards)
{
    static const char *const names[] = {"c", "", ".", "..", "../dir/a", "dir/a", "a.json", ".json"};
    write_machine("a", "a");
    write_machine("b", "b");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char expected[128];
        snprintf(expected, sizeof(expected), "board \"%s\": no such board (have: a, b)", names[i]);
        ck_assert(!machine_load(scratch_path("dir"), names[i], &machine, &err));
        ck_assert_int_eq(err.kind, ERROR_USAGE);
        ck_assert_str_eq(err.text, expected);
    }
}
END_TEST

START_TEST(name_and_file_must_agree)
{
    struct machine_list list = {.items = NULL};
    write_machine("a", "a");
    write_machine("b", "c");
    ck_assert(!machine_load(scratch_path("dir"), "b", &machine, &err));
    ck_assert_ptr_nonnull(
        strstr(err.text, "\"name\" is \"c\", but must be the file's name, \"b\""));
    ck_assert(!machine_list_load(scratch_path("dir"), &list, &err));
    ck_assert_ptr_null(list.items);
}
END_TEST

START_TEST(folder_that_is_not_there)
{
    struct machine_list list = {.items = NULL};
    ck_assert(!machine_list_load(scratch_path("none"), &list, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert(!machine_load(scratch_path("none"), "a", &machine, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
}
END_TEST

START_TEST(shipped_boards_are_good)
{
    struct machine_list list;
    ck_assert_msg(machine_list_load(SHIPPED, &list, &err), "%s", err.text);
    ck_assert_uint_ge(list.count, 3);
    machine_list_dispose(&list);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("machine_list");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, folder_of_boards);
    tcase_add_test(tests, unknown_boards);
    tcase_add_test(tests, name_and_file_must_agree);
    tcase_add_test(tests, folder_that_is_not_there);
    tcase_add_test(tests, shipped_boards_are_good);
    Suite *suite = suite_create("machine_list");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
