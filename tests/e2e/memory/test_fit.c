/* Which size of a model just fits? On each board, for each kind of memory: a model that is too
 * large is refused with a number; one that is smaller by so much runs right, and the next larger
 * one is refused. So nothing is refused that would fit, and nothing is let pass that does not. */
#include "client/npy.h"
#include "e2e/memory/sized_model.h"
#include "e2e/run_program.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const boards[] = {"qemu_cortex_m3", "mps2_an385", "qemu_riscv32"};

static const struct {
    enum sized_kind kind;
    size_t too_large[3]; /* on each board; 0: not there, as the serial line would take minutes */
    size_t step;         /* the size's */
    size_t step_bytes;   /* what a step takes, at most */
} cases[] = {
    {SIZED_PLANNED, {80000, 17000000, 60000000}, 16, 16},
    {SIZED_HEAP, {80000, 17000000, 60000000}, 16, 16},
    {SIZED_C, {80000, 17000000, 60000000}, 16, 16},
    {SIZED_CONSTANTS, {270000, 17000000, 50400000}, 16, 16},
    {SIZED_GRAPH, {80000, 17000000, 60000000}, 16, 16},
    {SIZED_TENSORS, {10000, 0, 0}, 4, 32},
    {SIZED_NODES, {400, 0, 0}, 1, 320},
};
enum { BOARDS = 3, CASES = sizeof(cases) / sizeof(cases[0]) };

/* ---- files ---- */

static void write_tensor(const char *path, size_t elements, float first)
{
    struct error err;
    float *values = calloc(elements, sizeof(*values));
    ck_assert_ptr_nonnull(values);
    for (size_t i = 0; i < elements; i++)
        values[i] = first + (float)(i % 100);
    const struct tensor tensor = {.code = TENSOR_FLOAT,
                                  .bits = 32,
                                  .ndim = 1,
                                  .shape = {(int64_t)elements},
                                  .data = values,
                                  .size_bytes = elements * sizeof(*values)};
    ck_assert_msg(npy_save(path, &tensor, &err), "%s", err.text);
    free(values);
}

static int run_size(enum sized_kind kind, size_t size, const char *board, const char *option)
{
    char expected[300];
    char model[300];
    char input[300];
    size_t elements = kind == SIZED_TENSORS ? size : 1;
    snprintf(model, sizeof(model), "%s", scratch_path("model.tar"));
    snprintf(input, sizeof(input), "%s", scratch_path("x.npy"));
    snprintf(expected, sizeof(expected), "%s", scratch_path("expected.npy"));
    sized_model(model, kind, size);
    write_tensor(input, elements, 5);
    write_tensor(expected, elements, 6);
    return program_run("run", model, "--board", board, "--input", input, "--expect", expected,
                       "--project-type", kind == SIZED_C ? "aot_standalone_demo" : "host_driven",
                       option ? "--option" : NULL, option, NULL);
}

/* ---- what was said ---- */

/* "needs N bytes of RAM, board "..." has M (N - M too many)": N - M. */
static unsigned long long excess_bytes(void)
{
    unsigned long long need = 0;
    unsigned long long have = 0;
    unsigned long long excess = 0;
    const char *at = strstr(program_output, "needs ");
    ck_assert_msg(at != NULL, "%s", program_output);
    at += strlen("needs ");
    if (strncmp(at, "at least ", strlen("at least ")) == 0)
        at += strlen("at least ");
    need = strtoull(at, NULL, 10);
    at = strstr(at, "\" has ");
    ck_assert_msg(at && sscanf(at, "\" has %llu (%llu too many)", &have, &excess) == 2, "%s",
                  program_output);
    ck_assert_uint_eq(need - have, excess);
    return excess;
}

START_TEST(what_just_fits_runs_and_the_next_is_refused)
{
    enum sized_kind kind = cases[_i / BOARDS].kind;
    const char *board = boards[_i % BOARDS];
    size_t step = cases[_i / BOARDS].step;
    size_t step_bytes = cases[_i / BOARDS].step_bytes;
    size_t size = cases[_i / BOARDS].too_large[_i % BOARDS];
    int status = 0;
    int refused = 0;
    if (size == 0)
        return;
    for (status = run_size(kind, size, board, NULL); status == 4 && refused < 20; refused++) {
        size_t steps = (size_t)(excess_bytes() + step_bytes - 1) / step_bytes;
        ck_assert_uint_gt(size, steps * step);
        size -= steps * step;
        status = run_size(kind, size, board, NULL);
    }
    ck_assert_msg(refused > 0, "%d: %s", status, program_output);
    ck_assert_msg(status == 0, "%zu on %s: %d: %s", size, board, status, program_output);
    ASSERT_PRINTED(": matches");
    status = run_size(kind, size + step, board, NULL);
    ck_assert_msg(status == 4, "%zu on %s: %d: %s", size + step, board, status, program_output);
    ck_assert_uint_le(excess_bytes(), step_bytes);
}
END_TEST

/* Both numbers, before anything is built, and what would do. */
START_TEST(a_graph_that_is_too_long_is_refused_with_the_remedy)
{
    ck_assert_int_eq(run_size(SIZED_NODES, 400, "qemu_cortex_m3", NULL), 4);
    ASSERT_PRINTED(" of the heap are for reading the graph alone: compile the model with "
                   "Executor(\"aot\")");
    const char *holders = strstr(program_output, "boards that would hold it: ");
    ck_assert_msg(holders != NULL, "%s", program_output);
    ck_assert_msg(strstr(holders, "mps2_an385") && strstr(holders, "qemu_riscv32"), "%s", holders);
    ck_assert_msg(!strstr(holders, "qemu_cortex_m3"), "%s", holders);
    ck_assert_ptr_null(strstr(program_output, "build "));
}
END_TEST

/* What nobody could count: the device says what it was asked for, what it has, and why. */
START_TEST(a_heap_that_is_full_is_told)
{
    const char *board = RUN_BOARDS[_i];
    ck_assert_int_eq(run_size(SIZED_COMPUTED, 60000000, board, NULL), 5);
    ASSERT_PRINTED(
        "no memory: 60000000 bytes for workspace: heap full: 60000000 bytes asked for, ");
    ASSERT_PRINTED(" free, ");
    ASSERT_PRINTED(" in one piece; the heap has ");
    ASSERT_PRINTED("all of the RAM that is left, which option workspace_size_bytes can't raise");
    ck_assert_ptr_null(strstr(program_output, "packet"));
    ck_assert_int_eq(run_size(SIZED_COMPUTED, 20000, board, "workspace_size_bytes=24000"), 5);
    ASSERT_PRINTED("heap full: 20000 bytes asked for, ");
    ASSERT_PRINTED("the heap has 24000 bytes, which is what option workspace_size_bytes says");
    ck_assert_int_eq(run_size(SIZED_COMPUTED, 20000, board, "workspace_size_bytes=25000"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fit");
    TCase *tcase = tcase_create("boards");
    tcase_add_checked_fixture(tcase, scratch_make, scratch_remove);
    tcase_set_timeout(tcase, RUN_TEST_TIMEOUT_S);
    tcase_add_loop_test(tcase, what_just_fits_runs_and_the_next_is_refused, 0, BOARDS * CASES);
    tcase_add_test(tcase, a_graph_that_is_too_long_is_refused_with_the_remedy);
    tcase_add_loop_test(tcase, a_heap_that_is_full_is_told, 0, RUN_BOARDS_COUNT);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
