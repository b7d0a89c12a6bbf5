/* build: how it ends when something else happens meanwhile. */
#include "base/file.h"
#include "hostile/scratch.h"
#include "unit/base/lock_holder.h"
#include "unit/project/build_fixture.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <unistd.h>

static int stop_pipe[2];

/* The endless command runs by now: the other one waited for it. */
static void stop_when_waited(void *context, const char *line)
{
    (void)context;
    if (strstr(line, "waited"))
        ck_assert_int_eq(write(stop_pipe[1], "x", 1), 1);
}

/* A compiler that never ends: it is gone when build returns. */
START_TEST(an_interrupt_ends_it_at_once)
{
    char lists[2048];
    snprintf(lists, sizeof(lists), "%s%s", CMAKE_LISTS,
             "add_custom_target(endless ALL sh ${CMAKE_SOURCE_DIR}/endless.sh)\n"
             "add_custom_target(waiting ALL sh ${CMAKE_SOURCE_DIR}/waiting.sh)\n");
    scratch_write("p/CMakeLists.txt", lists);
    scratch_write("p/endless.sh", "exec 9>lock; flock 9; : >started; exec sleep 600\n");
    scratch_write("p/waiting.sh", "until [ -e started ]; do sleep 0.01; done; echo waited\n");
    ck_assert_int_eq(pipe2(stop_pipe, O_CLOEXEC), 0);
    struct interrupt interrupt = {.signal_fd = stop_pipe[0], .peer_fd = -1};
    struct build_options options = {.project_dir = scratch_path("p"),
                                    .manifest = &manifest,
                                    .interrupt = &interrupt,
                                    .on_line = stop_when_waited};
    ck_assert(!build_project(&options, &err));
    ck_assert_msg(err.kind == ERROR_INTERRUPTED, "kind %d: %s", err.kind, err.text);
    int lock = open(scratch_path("p/build/lock"), O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(lock, 0);
    ck_assert_int_eq(flock(lock, LOCK_EX), 0); /* for ever, should it still run */
    close(lock);
    scratch_write("p/CMakeLists.txt", CMAKE_LISTS);
    build(); /* what was cut off does no harm */
}
END_TEST

/* Another process that has the project, until it is told that we wait. */
static struct lock_holder holder;

static void let_go(void *context, const char *line)
{
    (void)context;
    ck_assert_msg(strstr(line, "another process builds this project") != NULL, "%s", line);
    lock_holder_release(&holder);
}

START_TEST(one_process_at_a_time)
{
    lock_holder_start(scratch_path("p"), &holder);
    struct build_options options = {
        .project_dir = scratch_path("p"), .manifest = &manifest, .on_notice = let_go};
    ck_assert_msg(build_project(&options, &err), "%s", err.text);
}
END_TEST

static const size_t DISK_KIB[] = {48, 96, 112, 128, 160, 200, 640};

/* Wherever the space ends, in cmake or in the compiler, the next build with space works. */
START_TEST(a_full_disk_is_named_and_does_no_harm)
{
    if (!scratch_mount("a_full_disk_is_named_and_does_no_harm", "p", DISK_KIB[_i] * 1024, false))
        return;
    write_project("p");
    scratch_write("p/other.c", "char big[4194304] = {1};\nint other(void) { return 0; }\n");
    setenv("CCACHE_DISABLE", "1", 1);
    fails(ERROR_SYSTEM, "No space left on device");
    ck_assert_int_eq(err.os, ENOSPC);
    ck_assert_int_eq(mount(NULL, scratch_path("p"), NULL, MS_REMOUNT, "size=64m"), 0);
    build();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("build_ends");
    TCase *tests = tcase_create("build");
    tcase_add_checked_fixture(tests, build_setup, scratch_remove);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, an_interrupt_ends_it_at_once);
    tcase_add_test(tests, one_process_at_a_time);
    tcase_add_loop_test(tests, a_full_disk_is_named_and_does_no_harm, 0,
                        (int)(sizeof(DISK_KIB) / sizeof(DISK_KIB[0])));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
