/* Which arguments a user may give to QEMU. */
#include "board/qemu/qemu_args.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

static const char *const REFUSED[] = {"-daemonize", "--daemonize", "-pidfile",     "-runas",
                                      "-chardev",   "-monitor",    "--qmp",        "-nographic",
                                      "-s",         "-readconfig", "-semihosting", "-run-with"};

START_TEST(what_breaks_a_promise_is_refused)
{
    const char *const args[] = {"-d", "int", REFUSED[_i], "x", NULL};
    ck_assert(!qemu_args_check(args, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, REFUSED[_i]) != NULL, "%s", err.text);
}
END_TEST

START_TEST(everything_else_is_the_users)
{
    static const char *const args[] = {
        "-d",    "int,guest_errors", "-D", "daemonize", "-cpu", "max", "-m", "64", "-global",
        "a.b=c", "-trace",           "x*", "-smp",      "1",    NULL};
    static const char *const none[] = {NULL};
    ck_assert_msg(qemu_args_check(args, &err), "%s", err.text);
    ck_assert(qemu_args_check(none, &err));
    ck_assert(qemu_args_check(NULL, &err));
}
END_TEST

START_TEST(found_by_name)
{
    static const char *const args[] = {"-cpu", "max", "--accel", "tcg", NULL};
    ck_assert(qemu_args_have(args, "cpu"));
    ck_assert(qemu_args_have(args, "accel"));
    ck_assert(!qemu_args_have(args, "max"));
    ck_assert(!qemu_args_have(NULL, "cpu"));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("qemu_args");
    tcase_add_loop_test(tests, what_breaks_a_promise_is_refused, 0,
                        sizeof(REFUSED) / sizeof(REFUSED[0]));
    tcase_add_test(tests, everything_else_is_the_users);
    tcase_add_test(tests, found_by_name);
    Suite *suite = suite_create("qemu_args");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
