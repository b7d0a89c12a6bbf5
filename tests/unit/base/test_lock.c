/* A folder for one process at a time. */
#include "base/lock.h"

#include "base/cleanup.h"
#include "hostile/scratch.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

static struct error err;
static int waits;
static int release_fd = -1; /* closing it lets the other process go */

static void count_wait(void *context)
{
    ck_assert_ptr_eq(context, &waits);
    waits++;
    if (release_fd >= 0)
        close(steal_fd(&release_fd));
}

/* Another process that has the lock, until our end of a pipe is closed. */
static pid_t holder(void)
{
    int ready[2];
    int release[2];
    char byte = 0;
    ck_assert_int_eq(pipe(ready), 0);
    ck_assert_int_eq(pipe(release), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int fd = -1;
        bool good = lock_folder(scratch_path("."), NULL, NULL, NULL, &fd, &err);
        close(release[1]);
        if (good && write(ready[1], "x", 1) == 1)
            good = read(release[0], &byte, 1) == 0;
        _exit(!good);
    }
    close(release[0]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    release_fd = release[1];
    return pid;
}

START_TEST(free_for_the_first)
{
    int fd = -1;
    bool taken = false;
    ck_assert_msg(lock_folder(scratch_path("."), NULL, count_wait, &waits, &fd, &err), "%s",
                  err.text);
    ck_assert_int_eq(waits, 0);
    close(fd);
    ck_assert(lock_folder_now(scratch_path("."), &fd, &taken, &err));
    ck_assert(taken);
    close(fd);
}
END_TEST

/* The holder lets go when it is told that somebody waits: without that the test would hang. */
START_TEST(the_second_waits_and_says_so)
{
    int fd = -1;
    int status = 0;
    pid_t pid = holder();
    ck_assert_msg(lock_folder(scratch_path("."), NULL, count_wait, &waits, &fd, &err), "%s",
                  err.text);
    ck_assert_int_eq(waits, 1);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    close(fd);
}
END_TEST

START_TEST(or_does_without)
{
    int fd = -1;
    bool taken = true;
    pid_t pid = holder();
    ck_assert(lock_folder_now(scratch_path("."), &fd, &taken, &err));
    ck_assert(!taken);
    ck_assert_int_eq(fd, -1);
    close(steal_fd(&release_fd));
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

START_TEST(a_lock_ends_with_its_process)
{
    int fd = -1;
    pid_t pid = holder();
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert(lock_folder(scratch_path("."), NULL, count_wait, &waits, &fd, &err));
    ck_assert_int_eq(waits, 0);
    close(fd);
}
END_TEST

START_TEST(an_interrupt_ends_the_wait)
{
    int fd = -1;
    struct interrupt interrupt = {.signal_fd = eventfd(1, EFD_CLOEXEC), .peer_fd = -1};
    pid_t pid = holder();
    ck_assert(!lock_folder(scratch_path("."), &interrupt, NULL, NULL, &fd, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    ck_assert_int_eq(fd, -1);
    close(steal_fd(&release_fd));
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    close(interrupt.signal_fd);
}
END_TEST

START_TEST(no_folder)
{
    int fd = -1;
    ck_assert(!lock_folder(scratch_path("none"), NULL, NULL, NULL, &fd, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(err.text, "none"));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("lock");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, free_for_the_first);
    tcase_add_test(tests, the_second_waits_and_says_so);
    tcase_add_test(tests, or_does_without);
    tcase_add_test(tests, a_lock_ends_with_its_process);
    tcase_add_test(tests, an_interrupt_ends_the_wait);
    tcase_add_test(tests, no_folder);
    Suite *suite = suite_create("lock");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
