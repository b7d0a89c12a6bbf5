/* The AOT executor's inputs and outputs by name: the code's, and the model's own. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/aot_executor.h>

static const struct TVMTensorInfo INPUTS[] = {
    {.name = "serving_default_input_2_0"},
    {.name = "a_b"},
    {.name = "a_b"},
    {.name = "x"},
    {.name = "x_y"},
    {.name = "x:y"},
};
static const struct TVMTensorInfo OUTPUTS[] = {{.name = "output"},
                                               {.name = "StatefulPartitionedCall_0"}};

static const struct TVMMetadata METADATA = {
    .inputs = INPUTS,
    .num_inputs = sizeof(INPUTS) / sizeof(INPUTS[0]),
    .outputs = OUTPUTS,
    .num_outputs = sizeof(OUTPUTS) / sizeof(OUTPUTS[0]),
};

static TVMAotExecutor executor = {.metadata = &METADATA};

static const struct {
    const char *name;
    int index;        /* -1: not found */
    const char *text; /* of the error */
} NAMES[] = {
    {"serving_default_input_2_0", 0, NULL},
    {"serving_default_input_2:0", 0, NULL},
    {"serving/default/input-2:0", 0, NULL},
    {"serving_default_input_2\xc3"
     "0",
     0, NULL},
    {"x", 3, NULL},
    /* its very own name counts more than one that is like it */
    {"x_y", 4, NULL},
    {"x:y", 5, NULL},
    {"x/y", 4, NULL},
    {"serving_default_input_200", -1, "no input \"serving_default_input_200\""},
    {"serving_default_input_2", -1, "no input"},
    {"serving_default_input_2:01", -1, "no input"},
    {":", -1, "no input \":\""},
    {"", -1, "no input \"\""},
    /* which of them? */
    {"a_b", -1, "2 of the inputs are called \"a_b\" in the code: take them by number"},
    {"a.b", -1, "2 of the inputs are called \"a_b\" in the code: take them by number"},
};

START_TEST(inputs)
{
    ck_assert_int_eq(TVMAotExecutor_GetInputIndex(&executor, NAMES[_i].name), NAMES[_i].index);
    if (NAMES[_i].text)
        ck_assert_msg(strstr(TVMGetLastError(), NAMES[_i].text) != NULL, "%s", TVMGetLastError());
}
END_TEST

START_TEST(outputs)
{
    ck_assert_int_eq(TVMAotExecutor_GetOutputIndex(&executor, "output"), 0);
    ck_assert_int_eq(TVMAotExecutor_GetOutputIndex(&executor, "StatefulPartitionedCall:0"), 1);
    ck_assert_int_eq(TVMAotExecutor_GetOutputIndex(&executor, "Output"), -1);
    ck_assert_ptr_nonnull(strstr(TVMGetLastError(), "no output \"Output\""));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crt_aot_names");
    TCase *tests = tcase_create("crt_aot_names");
    tcase_add_loop_test(tests, inputs, 0, sizeof(NAMES) / sizeof(NAMES[0]));
    tcase_add_test(tests, outputs);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
