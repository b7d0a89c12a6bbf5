/* Children that stop between fork and exec. */
#include "base/child.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the next child stops on its way to exec: these stand in for libc's, in this program. */
static enum { STOP_NOWHERE, STOP_AT_FIRST, STOP_AT_EXEC } stop;

int setpgid(pid_t pid, pid_t group)
{
    if (stop == STOP_AT_FIRST)
        raise(SIGSTOP);
    return (int)syscall(SYS_setpgid, pid, group);
}

int execvp(const char *file, char *const argv[])
{
    if (stop == STOP_AT_EXEC)
        raise(SIGSTOP);
    return execvpe(file, argv, environ);
}

START_TEST(one_that_stops_before_its_program_does_not_hold_us)
{
    static const char *const argv[] = {"true", NULL};
    struct child_options options = {.argv = argv,
                                    .stdin_fd = -1,
                                    .stdout_fd = -1,
                                    .stderr_fd = -1,
                                    .parent_death_signal = SIGKILL};
    int status = 0;
    struct error err;
    struct child child = CHILD_NONE;
    struct interrupt interrupt;
    stop = _i;
    ck_assert(!child_start(&options, deadline_in_ms(100), NULL, &child, &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    ck_assert_str_eq(err.text, "true: did not begin to run in time");
    ck_assert(!child_run(&options, deadline_in_ms(100), NULL, NULL, NULL, &status, &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    ck_assert(interrupt_open(&interrupt, &err));
    ck_assert_int_eq(raise(SIGTERM), 0);
    ck_assert(!child_start(&options, deadline_never(), &interrupt, &child, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    ck_assert_int_eq(child.pid, 0);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* none of them is left */
    ck_assert_int_eq(errno, ECHILD);
    interrupt_close(&interrupt);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("child_start");
    tcase_add_loop_test(tests, one_that_stops_before_its_program_does_not_hold_us, STOP_NOWHERE + 1,
                        STOP_AT_EXEC + 1);
    Suite *suite = suite_create("child_start");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
