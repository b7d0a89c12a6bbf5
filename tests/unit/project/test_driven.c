/* driven_check: what a host that drives a model needs of it. That a project is generated all the
 * same and its build refuses is tested with TVM's own client. */
#include "project/types/driven.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

static void refuses(const char *type, struct model model, const char *why)
{
    ck_assert(!driven_check(type, &model, &err));
    ck_assert_int_eq(err.kind, ERROR_MODEL);
    ck_assert_msg(strstr(err.text, why) != NULL, "\"%s\" does not say \"%s\"", err.text, why);
}

static void takes(const char *type, struct model model)
{
    ck_assert_msg(driven_check(type, &model, &err), "%s", err.text);
}

START_TEST(a_host_finds_functions_by_name)
{
    const char *remedy = "\"system-lib\": True";
    refuses("host_driven", (struct model){.executor = "aot", .c_metadata = true}, remedy);
    refuses(NULL, (struct model){.executor = "graph"}, remedy);
    takes("host_driven", (struct model){.executor = "graph", .system_lib = true});
}
END_TEST

START_TEST(the_aot_executor_asks_for_the_tensors)
{
    struct model model = {.executor = "aot", .system_lib = true};
    refuses(NULL, model, "does not describe its tensors (get_c_metadata)");
    model.c_metadata = true;
    takes(NULL, model);
}
END_TEST

START_TEST(other_project_types_need_neither)
{
    takes("aot_standalone_demo", (struct model){.executor = "aot"});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("driven");
    TCase *tests = tcase_create("driven");
    tcase_add_test(tests, a_host_finds_functions_by_name);
    tcase_add_test(tests, the_aot_executor_asks_for_the_tensors);
    tcase_add_test(tests, other_project_types_need_neither);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
