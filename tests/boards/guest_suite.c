#include "boards/guest_suite.h"

#include <stdio.h>
#include <stdlib.h>

enum { TIMEOUT_S = 120 };

static char *dirs[GUEST_BOARDS];

void guest_suite_boot(int index, int icount_shift, struct guest_board *ret_board)
{
    struct error err;
    ck_assert_msg(guest_boot(dirs[index], icount_shift, ret_board, &err), "%s: %s",
                  guest_board_names[index], err.text);
}

static int run(const char *name, const TTest *const *tests, size_t tests_count)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create("boards");
    tcase_set_timeout(tcase, TIMEOUT_S);
    for (size_t i = 0; i < tests_count; ++i)
        tcase_add_loop_test(tcase, tests[i], 0, GUEST_BOARDS);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed;
}

int guest_suite_run(const char *name, const TTest *const *tests, size_t tests_count)
{
    struct error err;
    int failed = 1;
    if (guest_build_all(dirs, &err))
        failed = run(name, tests, tests_count);
    else
        fprintf(stderr, "%s\n", err.text);
    guest_remove_all(dirs);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
