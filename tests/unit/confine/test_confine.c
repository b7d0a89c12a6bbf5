/* What a confined program reaches, each way of confining it; and limits. */
#include "confine/confine.h"

#include "base/child.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const WAYS[] = {"landlock", "bubblewrap"};
enum { WAYS_COUNT = sizeof(WAYS) / sizeof(WAYS[0]), OUTPUT_SIZE = 8192 };

static struct error err;
static struct confine confine;
static struct bounds bounds;
static char output[OUTPUT_SIZE];

static void setup(void)
{
    scratch_make();
    scratch_write("project/a.c", "inside\n");
    scratch_write("project/build/old", "old\n");
    scratch_write("secret", "s3cr3t\n");
    confine = CONFINE_INIT;
}

static void teardown(void)
{
    confine_dispose(&confine);
    confine_dispose(&confine);
    scratch_remove();
}

/* False: this machine has no such way, and the line that says so is printed. */
static bool make(const char *test, const char *way)
{
    struct confine_paths paths = {.count = 0};
    confine_allow_system(&paths);
    confine_allow(&paths, scratch_path("project"), false);
    confine_allow(&paths, scratch_path("project/build"), true);
    confine_allow(&paths, "/nowhere/at/all", false);
    if (!confine_make(way, &paths, NULL, &confine, &err)) {
        printf("SKIP %s: %s: %s\n", test, way, err.text);
        return false;
    }
    bounds = (struct bounds){.ruleset_fd = confine.ruleset_fd};
    return true;
}

static void keep(void *context, const char *line)
{
    (void)context;
    size_t used = strlen(output);
    snprintf(output + used, sizeof(output) - used, "%s\n", line);
}

/* A shell command's exit code. */
static int shell(const char *command)
{
    const char *argv[128] = {NULL};
    size_t count = 0;
    int status = 0;
    for (; confine.words && confine.words[count]; count++)
        argv[count] = confine.words[count];
    argv[count++] = "sh";
    argv[count++] = "-c";
    argv[count] = command;
    struct child_options options = {.argv = argv,
                                    .working_dir = scratch_path("project"),
                                    .stdin_fd = -1,
                                    .bounds = &bounds,
                                    .parent_death_signal = SIGKILL};
    output[0] = '\0';
    ck_assert_msg(child_run(&options, deadline_never(), NULL, keep, NULL, &status, &err), "%s",
                  err.text);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(reads_what_it_should)
{
    if (!make(__func__, WAYS[_i]))
        return;
    ck_assert_msg(shell("cat a.c build/old && cat </dev/null") == 0, "%s", output);
    ck_assert_str_eq(output, "inside\nold\n");
}
END_TEST

START_TEST(reads_nothing_else)
{
    static const char *const COMMANDS[] = {
        "cat ../secret",
        "cat /etc/passwd",

        "ls /root",
        "cat build/../../secret",
        "ln -s ../../secret build/l; cat build/l",
        "cat /etc/group",
        "cat /proc/1/environ | grep =",
    };
    if (!make(__func__, WAYS[_i]))
        return;
    for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
        ck_assert_msg(shell(COMMANDS[i]) != 0, "%s: %s", COMMANDS[i], output);
        ck_assert_msg(!strstr(output, "s3cr3t") && !strstr(output, "root:"), "%s", output);
    }
    (void)shell("ls .."); /* an empty folder is no harm */
    ck_assert_msg(!strstr(output, "secret"), "%s", output);
}
END_TEST

START_TEST(writes_its_build_folder)
{
    if (!make(__func__, WAYS[_i]))
        return;
    ck_assert_msg(shell("mkdir build/x build/y && echo new >build/x/n && mv build/x/n build/y/m && "
                        "rm -r build/x build/old && echo >/dev/null") == 0,
                  "%s", output);
    ck_assert_int_eq(access(scratch_path("project/build/y/m"), R_OK), 0);
    ck_assert_int_ne(access(scratch_path("project/build/old"), F_OK), 0);
}
END_TEST

START_TEST(writes_nothing_else)
{
    static const char *const COMMANDS[] = {"echo x >b.c", "rm a.c", "echo x >a.c", "mkdir d",
                                           "ln -s a.c l"};
    if (!make(__func__, WAYS[_i]))
        return;
    for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++)
        ck_assert_msg(shell(COMMANDS[i]) != 0, "%s: %s", COMMANDS[i], output);
    (void)shell("echo x >../b; echo x >/var/tmp/microtvm-qemu-escaped");
    ck_assert_int_ne(access(scratch_path("b"), F_OK), 0);
    ck_assert_int_ne(access("/var/tmp/microtvm-qemu-escaped", F_OK), 0);
    char *listing = scratch_listing(scratch_path("project"));
    ck_assert_str_eq(listing, "a.c 7\nbuild/\nbuild/old 4\n");
    free(listing);
}
END_TEST

START_TEST(off_is_off)
{
    struct confine_paths paths = {.count = 0};
    ck_assert(confine_make("off", &paths, NULL, &confine, &err));
    ck_assert_int_eq(confine.method, CONFINE_NONE);
    ck_assert_int_eq(confine.ruleset_fd, -1);
    ck_assert_ptr_null(confine.words);
    ck_assert_str_ne(confine.reason, "");
}
END_TEST

/* Where there is something, auto takes it; else it says why there is nothing. */
START_TEST(auto_takes_what_there_is)
{
    struct confine_paths paths = {.count = 0};
    confine_allow_system(&paths);
    ck_assert_msg(confine_make("auto", &paths, NULL, &confine, &err), "%s", err.text);
    ck_assert((confine.method == CONFINE_NONE) == (confine.reason[0] != '\0'));
}
END_TEST

START_TEST(memory_has_a_limit)
{
    bounds = (struct bounds){.ruleset_fd = -1, .memory_bytes = 64 << 20};
    ck_assert_msg(shell("true") == 0, "%s", output);
    ck_assert_msg(shell("head -c 200000000 /dev/zero | tail -n 1 | wc -c") != 0 ||
                      strstr(output, "exhausted") || strstr(output, "allocate"),
                  "%s", output);
}
END_TEST

START_TEST(a_file_has_a_limit)
{
    bounds = (struct bounds){.ruleset_fd = -1, .file_bytes = 100000};
    ck_assert(shell("head -c 100000 /dev/zero >build/most") == 0);
    ck_assert(shell("head -c 100001 /dev/zero >build/more") != 0);
    char *listing = scratch_listing(scratch_path("project/build"));
    ck_assert_ptr_nonnull(strstr(listing, "more 100000\n"));
    free(listing);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("confine");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, reads_what_it_should, 0, WAYS_COUNT);
    tcase_add_loop_test(tests, reads_nothing_else, 0, WAYS_COUNT);
    tcase_add_loop_test(tests, writes_its_build_folder, 0, WAYS_COUNT);
    tcase_add_loop_test(tests, writes_nothing_else, 0, WAYS_COUNT);
    tcase_add_test(tests, off_is_off);
    tcase_add_test(tests, auto_takes_what_there_is);
    tcase_add_test(tests, memory_has_a_limit);
    tcase_add_test(tests, a_file_has_a_limit);
    Suite *suite = suite_create("confine");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
