/* The graph executor as C code drives it. */
#include "unit/crt/graph_fixture.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(test_run)
{
    create_whole();
    ck_assert_int_eq(load_params(graph_parameter), 0);
    run_and_check(graph_parameter);
    run_and_check(graph_parameter);
    ck_assert_int_eq(TVMGraphExecutor_GetNumInputs(executor), 2);
    ck_assert_int_eq(TVMGraphExecutor_GetNumOutputs(executor), 2);
    ck_assert_int_eq(TVMGraphExecutor_GetInputIndex(executor, "p"), 1);
    ck_assert_int_eq(TVMGraphExecutor_GetInputIndex(executor, "q"), -1);
    ck_assert_ptr_nonnull(strstr(TVMGetLastError(), "no input \"q\""));
}
END_TEST

START_TEST(test_library_of_0_8)
{
    TVMFunctionHandle func;
    create_whole();
    ck_assert_int_eq(load_params(graph_parameter), 0);
    run_and_check(graph_parameter);
    ck_assert_int_ne(TVMModGetFunction(library, "used_add", 0, &func), 0);
}
END_TEST

START_TEST(test_refused)
{
    float values[GRAPH_FLOATS];
    int64_t shape[] = {2, 2};
    DLTensor small = tensor_of(values, shape, 2);
    const DLDevice gpu = {kDLCUDA, 0};
    expect_error(TVMGraphExecutor_Create(graph_model_json, library, &gpu, &executor), "only the");
    create_whole();
    expect_error(set_input("q", 0), "no input \"q\"");
    expect_error(TVMGraphExecutor_SetInput(executor, "x", &small), "sizes");
    expect_error(TVMGraphExecutor_GetOutput(executor, 0, &small), "sizes");
    expect_error(TVMGraphExecutor_GetOutput(executor, 2, &small), "no output 2");
    expect_error(TVMGraphExecutor_GetOutput(executor, -1, &small), "no output -1");
    graph_model.fails = true;
    expect_error(TVMGraphExecutor_Run(executor), "function 0");
    ck_assert_int_eq(graph_model.calls, 1); /* and no other operator after it */
}
END_TEST

/* Parameters that the library holds: nobody may write there. */
START_TEST(test_linked)
{
    create_whole();
    run_and_check(graph_model_linked);
    ck_assert_int_eq(load_params(graph_model_linked), 0);
    expect_error(load_params(graph_parameter), "linked into the firmware");
    expect_error(set_input("p", 0), "linked into the firmware");
    run_and_check(graph_model_linked);
    graph_end();
    /* An operator whose output is in that storage. */
    char text[GRAPH_TEXT_MAX];
    replace("[0, 1, 2, 3, 4, 0]", "[0, 1, 1, 3, 4, 0]", text);
    expect_error(create(text, strlen(text)), "linked into the firmware");
}
END_TEST

/* The parameter in another shape, where it lies: nothing is written there. */
START_TEST(test_linked_in_another_shape)
{
    static const char IDS[] = "[0, 1, 2, 3, 4, 0]";
    float values[GRAPH_FLOATS];
    int64_t shape[] = {6};
    DLTensor output = tensor_of(values, shape, 1);
    char text[GRAPH_TEXT_MAX];
    replace("\"__nop\"}, \"inputs\": [[2, ", "\"__nop\"}, \"inputs\": [[1, ", text);
    memcpy(strstr(text, IDS), "[0, 1, 2, 1, 4, 0]", strlen(IDS));
    ck_assert_msg(create(text, strlen(text)) == 0, "%s", TVMGetLastError());
    ck_assert_int_eq(set_input("x", 0), 0);
    ck_assert_int_eq(TVMGraphExecutor_Run(executor), 0);
    ck_assert_int_eq(TVMGraphExecutor_GetOutput(executor, 0, &output), 0);
    ck_assert_mem_eq(values, graph_model_linked, sizeof(values));
    graph_end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("graph_executor");
    TCase *tests = tcase_create("c");
    tcase_add_checked_fixture(tests, graph_start, graph_end);
    tcase_add_test(tests, test_run);
    tcase_add_test(tests, test_refused);
    suite_add_tcase(suite, tests);
    TCase *linked = tcase_create("linked");
    tcase_add_checked_fixture(linked, graph_start_linked, graph_end);
    tcase_add_test(linked, test_linked);
    tcase_add_test(linked, test_linked_in_another_shape);
    suite_add_tcase(suite, linked);
    TCase *old = tcase_create("old");
    tcase_add_checked_fixture(old, graph_start_old, graph_end);
    tcase_add_test(old, test_library_of_0_8);
    suite_add_tcase(suite, old);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
