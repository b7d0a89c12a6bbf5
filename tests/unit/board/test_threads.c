/* What is said of a process that does not answer. */
#include "board/qemu/threads.h"

#include "base/cleanup.h"

#include <check.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 5, TEST_TIMEOUT_S = 60, LOOK_FOR_MS = 500 };

static pid_t children[CHILDREN];
static struct error err;

static void rest(void)
{
    for (;;)
        pause();
}

static void work(void)
{
    for (volatile unsigned turns = 0;; turns++)
        ;
}

/* All on one CPU. */
static void start(void (*what)(void), int count)
{
    cpu_set_t allowed;
    int cpu = 0;
    ck_assert_int_eq(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
    while (!CPU_ISSET(cpu, &allowed))
        cpu++;
    CPU_ZERO(&allowed);
    CPU_SET(cpu, &allowed);
    for (int i = 0; i < count; i++) {
        children[i] = fork();
        ck_assert_int_ge(children[i], 0);
        if (children[i] > 0)
            continue;
        sched_setaffinity(0, sizeof(allowed), &allowed);
        what();
    }
}

/* Until the first of them sleeps. */
static void await_sleep(void)
{
    char path[64];
    char state = 0;
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)children[0]);
    while (state != 'S') {
        cleanup_file FILE *file = fopen(path, "re");
        ck_assert(file && fscanf(file, "%*d (%*[^)]) %c", &state) == 1);
        usleep(1000);
    }
}

static void end_all(void)
{
    for (int i = 0; i < CHILDREN; i++) {
        if (children[i] <= 0)
            continue;
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
        children[i] = 0;
    }
}

static bool says(const char *text)
{
    return strstr(err.text, text) != NULL;
}

/* What is said of the first of them once so much time has passed. */
static void look(void)
{
    error_set(&err, ERROR_TIMEOUT, 0, "no answer");
    const struct threads before = threads_now(children[0]);
    usleep(LOOK_FOR_MS * 1000);
    ck_assert(!threads_explain(children[0], &before, &err));
}

START_TEST(all_sleep)
{
    start(rest, 1);
    await_sleep();
    look();
    ck_assert_msg(says("no answer\nof these ") &&
                      says(" s QEMU ran for 0.00 s and waited 0.00 s") &&
                      says("all of its threads sleep, it hangs"),
                  "%s", err.text);
}
END_TEST

/* A busy machine may leave it less than half of the time, and then that is what is said. */
START_TEST(it_is_at_work)
{
    start(work, 1);
    look();
    ck_assert_msg(says("it is at work, and does not come to its monitor") ||
                      says("this computer is too busy"),
                  "%s", err.text);
}
END_TEST

START_TEST(others_are_at_work)
{
    start(work, CHILDREN);
    look();
    ck_assert_msg(says("this computer is too busy"), "%s", err.text);
}
END_TEST

START_TEST(it_was_stopped)
{
    int status = 0;
    start(rest, 1);
    ck_assert_int_eq(kill(children[0], SIGSTOP), 0);
    ck_assert_int_eq(waitpid(children[0], &status, WUNTRACED), children[0]);
    look();
    ck_assert_msg(says("no answer\na signal has stopped QEMU, process "), "%s", err.text);
}
END_TEST

START_TEST(there_is_none)
{
    start(rest, 1);
    pid_t pid = children[0];
    end_all();
    const struct threads before = threads_now(pid);
    ck_assert_int_eq(before.ran_ns, 0);
    error_set(&err, ERROR_TIMEOUT, 0, "no answer");
    ck_assert(!threads_explain(pid, &before, &err));
    ck_assert_str_eq(err.text, "no answer");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("threads");
    tcase_add_checked_fixture(tests, NULL, end_all);
    tcase_set_timeout(tests, TEST_TIMEOUT_S);
    tcase_add_test(tests, all_sleep);
    tcase_add_test(tests, it_is_at_work);
    tcase_add_test(tests, others_are_at_work);
    tcase_add_test(tests, it_was_stopped);
    tcase_add_test(tests, there_is_none);
    Suite *suite = suite_create("threads");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
