/* Graphs whose tensors have more axes than TVM's runtimes have room for by default: the build makes
 * room for as many as there are, and every part on the way takes as many as NumPy does. */
#include "client/npy.h"
#include "e2e/memory/sized_model.h"
#include "e2e/run_program.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int AXES[] = {6, 7, 9, 32, 64};
enum { AXES_COUNT = sizeof(AXES) / sizeof(AXES[0]) };

static void write_scalar(const char *path, int ndim, float value)
{
    struct error err;
    struct tensor tensor = {.code = TENSOR_FLOAT,
                            .bits = 32,
                            .ndim = ndim,
                            .data = &value,
                            .size_bytes = sizeof(value)};
    for (int i = 0; i < ndim; i++)
        tensor.shape[i] = 1;
    ck_assert_msg(npy_save(path, &tensor, &err), "%s", err.text);
}

START_TEST(as_many_as_the_graph_has)
{
    char model[300];
    char input[300];
    char expected[300];
    int ndim = AXES[_i / RUN_BOARDS_COUNT];
    snprintf(model, sizeof(model), "%s", scratch_path("model.tar"));
    snprintf(input, sizeof(input), "%s", scratch_path("x.npy"));
    snprintf(expected, sizeof(expected), "%s", scratch_path("expected.npy"));
    sized_model(model, SIZED_AXES, (size_t)ndim);
    write_scalar(input, ndim, 41);
    write_scalar(expected, ndim, 42);
    int status = program_run("run", model, "--board", RUN_BOARDS[_i % RUN_BOARDS_COUNT], "--input",
                             input, "--expect", expected, NULL);
    ck_assert_msg(status == 0, "%d axes: %d: %s", ndim, status, program_output);
    ASSERT_PRINTED(": matches");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("axes");
    TCase *tcase = tcase_create("axes");
    tcase_add_checked_fixture(tcase, scratch_make, scratch_remove);
    tcase_set_timeout(tcase, RUN_TEST_TIMEOUT_S);
    tcase_add_loop_test(tcase, as_many_as_the_graph_has, 0, AXES_COUNT * RUN_BOARDS_COUNT);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
