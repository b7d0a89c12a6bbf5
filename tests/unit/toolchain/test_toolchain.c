/* Which of a board's toolchains is used, by the program and by a project that is built by hand; and
 * what is said where none is there. The compilers are scripts in a folder that is the whole PATH.
 */
#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "hostile/scratch.h"
#include "toolchain/toolchain.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX(name)                                                                               \
    "{\"prefix\": \"" name "\", \"packages\": [\"gcc-" name "\", \"libc-" name "\"]}"
#define TWO "{\"toolchain\": [" PREFIX("a-") ", " PREFIX("b-") "]}"
#define ONE "{\"toolchain\": " PREFIX("a-") "}"

static struct error err;
static struct toolchain_list list;

static bool read_text(const char *text)
{
    cJSON *json = cJSON_Parse(text);
    ck_assert_ptr_nonnull(json);
    bool good = toolchain_list_read("x.json", json, &list, &err);
    cJSON_Delete(json);
    return good;
}

/* Of gcc: whether it is there, and has the C library. */
enum { CMAKE_TIMEOUT_MS = 60000 };

enum state { ABSENT, BARE, WHOLE, BROKEN };

static void put_gcc(const char *name, enum state state)
{
    static const char *const SCRIPTS[] = {
        [BARE] = "#!/bin/sh\necho picolibc.specs\n",
        [WHOLE] = "#!/bin/sh\necho /lib/picolibc.specs\n",
        [BROKEN] = "#!/bin/sh\necho /lib/picolibc.specs\nexit 1\n",
    };
    if (state == ABSENT)
        return;
    scratch_write(name, SCRIPTS[state]);
    ck_assert_int_eq(chmod(scratch_path("%s", name), 0755), 0);
}

static const struct {
    enum state a;
    enum state b;
    const char *prefix;
} CASES[] = {
    {ABSENT, ABSENT, "a-"}, {ABSENT, BARE, "b-"},  {ABSENT, WHOLE, "b-"}, {BARE, ABSENT, "a-"},
    {BARE, BARE, "a-"},     {BARE, WHOLE, "b-"},   {WHOLE, BARE, "a-"},   {WHOLE, WHOLE, "a-"},
    {WHOLE, ABSENT, "a-"},  {BROKEN, WHOLE, "b-"},
};

enum { CASES_COUNT = sizeof(CASES) / sizeof(CASES[0]) };

static void put_case(int i)
{
    put_gcc("bin/a-gcc", CASES[i].a);
    put_gcc("bin/b-gcc", CASES[i].b);
    ck_assert(file_make_dirs(scratch_path("bin"), &err));
    ck_assert_int_eq(setenv("PATH", scratch_path("bin"), 1), 0);
}

START_TEST(the_program_chooses)
{
    put_case(_i);
    ck_assert(read_text(TWO));
    ck_assert_str_eq(toolchain_choose(&list)->prefix, CASES[_i].prefix);
}
END_TEST

static void keep_last(void *context, const char *line)
{
    snprintf(context, 200, "%s", line);
}

/* With guest/CMakeLists.txt's own reading of a definition. */
static const char *chosen_by_cmake(const char *argument)
{
    static char last[200];
    static const char SCRIPT[] =
        "file(READ board.json BOARD_JSON)\n"
        "function(json_need var json)\n"
        "  string(JSON value GET \"${json}\" ${ARGN})\n"
        "  set(${var} \"${value}\" PARENT_SCOPE)\n"
        "endfunction()\n"
        "include(" SOURCE_DIR "/guest/platform/toolchain.cmake)\n"
        "toolchain_choose(PLACE)\n"
        "json_need(prefix \"${BOARD_JSON}\" ${PLACE} prefix)\n"
        "execute_process(COMMAND ${CMAKE_COMMAND} -E echo \"${TOOLCHAIN_PREFIX} ${prefix}\")\n";
    const char *const argv[] = {"/usr/bin/cmake", argument, "-P", "choose.cmake", NULL};
    const struct child_options options = {.argv = argv,
                                          .working_dir = scratch_path("."),
                                          .stdin_fd = -1,
                                          .parent_death_signal = SIGKILL};
    int status = 1;
    scratch_write("choose.cmake", SCRIPT);
    ck_assert_msg(
        child_run(&options, deadline_in_ms(CMAKE_TIMEOUT_MS), NULL, keep_last, last, &status, &err),
        "%s", err.text);
    ck_assert_msg(status == 0, "%s", last);
    return last;
}

START_TEST(cmake_chooses_likewise)
{
    char wanted[20];
    put_case(_i);
    scratch_write("board.json", TWO);
    snprintf(wanted, sizeof(wanted), "%s %s", CASES[_i].prefix, CASES[_i].prefix);
    ck_assert_str_eq(chosen_by_cmake("-DNOTHING="), wanted);
}
END_TEST

START_TEST(cmake_takes_what_it_is_told)
{
    put_gcc("bin/a-gcc", WHOLE);
    scratch_write("board.json", TWO);
    ck_assert_str_eq(chosen_by_cmake("-DTOOLCHAIN_PREFIX:STRING=b-"), "b- b-");
    scratch_write("board.json", ONE); /* which has since been edited */
    ck_assert_str_eq(chosen_by_cmake("-DTOOLCHAIN_PREFIX:STRING=b-"), "a- a-");
}
END_TEST

START_TEST(remedies)
{
    ck_assert(read_text(ONE));
    cleanup_free char *one = toolchain_remedy(&list);
    ck_assert_str_eq(one, "apt-get install --no-install-recommends gcc-a- libc-a-");
    toolchain_list_dispose(&list);
    ck_assert(read_text(TWO));
    cleanup_free char *two = toolchain_remedy(&list);
    ck_assert_str_eq(two, "apt-get install --no-install-recommends gcc-a- libc-a- (or, where the "
                          "distribution has not all of these: gcc-b- libc-b-)");
}
END_TEST

static const struct {
    const char *text;
    const char *error;
} MISTAKES[] = {
    {"{}", "\"toolchain\" is missing; it must be an object with \"prefix\", or a list of such"},
    {"{\"toolchain\": 5}", "\"toolchain\" is 5, but must be an object"},
    {"{\"toolchain\": []}", "\"toolchain\" is [], but must be an object"},
    {"{\"toolchain\": [" PREFIX("a-") ", 7]}", "\"toolchain[1]\" is 7, but must be an object"},
    {"{\"toolchain\": [{}]}", "\"toolchain[0].prefix\" is missing; it must be a text"},
    {"{\"toolchain\": [{\"prefix\": \"a\", \"flags\": [1]}]}",
     "\"toolchain[0].flags\" is [1], but must be a list of texts"},
    {"{\"toolchain\": {\"prefix\": \"a\", \"packages\": null}}",
     "\"toolchain.packages\" is null, but must be a list of texts"},
    {"{\"toolchain\": [{\"prefix\": \"a\", \"flag\": []}]}",
     "\"toolchain[0].flag\": no such field"},
};

enum { MISTAKES_COUNT = sizeof(MISTAKES) / sizeof(MISTAKES[0]) };

START_TEST(mistakes_are_named)
{
    char wanted[200];
    ck_assert(!read_text(MISTAKES[_i].text));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    snprintf(wanted, sizeof(wanted), "x.json: %s", MISTAKES[_i].error);
    ck_assert_msg(strncmp(err.text, wanted, strlen(wanted)) == 0, "\"%s\" instead of \"%s\"",
                  err.text, wanted);
}
END_TEST

static void teardown(void)
{
    toolchain_list_dispose(&list);
    toolchain_list_dispose(&list);
    scratch_remove();
}

int main(void)
{
    Suite *suite = suite_create("toolchain");
    TCase *tests = tcase_create("toolchain");
    tcase_add_checked_fixture(tests, scratch_make, teardown);
    tcase_add_loop_test(tests, the_program_chooses, 0, CASES_COUNT);
    tcase_add_loop_test(tests, cmake_chooses_likewise, 0, CASES_COUNT);
    tcase_add_test(tests, cmake_takes_what_it_is_told);
    tcase_add_test(tests, remedies);
    tcase_add_loop_test(tests, mistakes_are_named, 0, MISTAKES_COUNT);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
