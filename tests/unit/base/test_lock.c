/* A folder for one process at a time. */
#include "base/lock.h"

#include "hostile/scratch.h"
#include "unit/base/lock_holder.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

static struct error err;
static int waits;
static struct lock_holder holder = LOCK_HOLDER_NONE;

static void count_wait(void *context)
{
    ck_assert_ptr_eq(context, &waits);
    waits++;
    lock_holder_release(&holder);
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
    lock_holder_start(scratch_path("."), &holder);
    ck_assert_msg(lock_folder(scratch_path("."), NULL, count_wait, &waits, &fd, &err), "%s",
                  err.text);
    ck_assert_int_ge(waits, 1);
    ck_assert_int_eq(waitpid(holder.pid, &status, 0), holder.pid);
    ck_assert_int_eq(status, 0);
    close(fd);
}
END_TEST

START_TEST(or_does_without)
{
    int fd = -1;
    bool taken = true;
    lock_holder_start(scratch_path("."), &holder);
    ck_assert(lock_folder_now(scratch_path("."), &fd, &taken, &err));
    ck_assert(!taken);
    ck_assert_int_eq(fd, -1);
    lock_holder_release(&holder);
    ck_assert_int_eq(waitpid(holder.pid, NULL, 0), holder.pid);
}
END_TEST

START_TEST(a_lock_ends_with_its_process)
{
    int fd = -1;
    lock_holder_start(scratch_path("."), &holder);
    ck_assert_int_eq(kill(holder.pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(holder.pid, NULL, 0), holder.pid);
    ck_assert(lock_folder(scratch_path("."), NULL, count_wait, &waits, &fd, &err));
    ck_assert_int_eq(waits, 0);
    close(fd);
}
END_TEST

START_TEST(an_interrupt_ends_the_wait)
{
    int fd = -1;
    struct interrupt interrupt = {.signal_fd = eventfd(1, EFD_CLOEXEC), .peer_fd = -1};
    lock_holder_start(scratch_path("."), &holder);
    ck_assert(!lock_folder(scratch_path("."), &interrupt, NULL, NULL, &fd, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    ck_assert_int_eq(fd, -1);
    lock_holder_release(&holder);
    ck_assert_int_eq(waitpid(holder.pid, NULL, 0), holder.pid);
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
