/* Models that end their firmware: what `run` says of it, on every board. */
#include "base/file.h"
#include "e2e/repack.h"
#include "e2e/run_program.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE "model/codegen/host/src/pair_lib2.c"
#define DATA "-i", "signal=" MODELS "/pair_signal.npy", "-i", "codes=" MODELS "/pair_codes.npy"

/* In front of the model's source; what it does stands in line 4. */
static const char DIE[] = "#include <stdlib.h>\n"
                          "static void (*volatile nothing)(void); static volatile int sink;\n"
                          "static void __attribute__((noinline)) die(void) {\n"
                          "%s\n"
                          "sink = 1; }\n";

/* A function of the model begins so. */
static const char BEGIN[] = "void* resource_handle) {\n";

static const struct {
    const char *statement;
    const char *says;
    const char *arm_says;
    const char *riscv_says;
    const char *relation;
} ENDS[] = {
    {"nothing();", "the firmware died: fault: ", "instruction access violation) (jump to nowhere)",
     "(instruction access fault) (jump to nowhere)", "called from"},
    {"sink = *(volatile int *)0xd0000000;", "d0000000", "data access violation",
     "(load access fault)", "at"},
    {"exit(3);", "the firmware died: exit: the model called exit(3)", "", "", "at"},
};
enum { ENDS_COUNT = sizeof(ENDS) / sizeof(ENDS[0]) };

static const char *model_that(const char *statement)
{
    repack_open(MODELS "/pair.tar");
    char *source = repack_read(scratch_path(SOURCE));
    const char *begin = strstr(source, BEGIN);
    ck_assert_ptr_nonnull(begin);
    begin += strlen(BEGIN);
    size_t size = strlen(source) + sizeof(DIE) + strlen(statement) + 16;
    char *text = malloc(size);
    ck_assert_ptr_nonnull(text);
    int length = snprintf(text, size, DIE, statement);
    snprintf(text + length, size - (size_t)length, "%.*sdie();\n%s", (int)(begin - source), source,
             begin);
    scratch_write(SOURCE, text);
    free(text);
    free(source);
    return repack_close();
}

START_TEST(a_fault_is_told_with_cause_and_line)
{
    const char *board = RUN_BOARDS[_i / ENDS_COUNT];
    int end = _i % ENDS_COUNT;
    char line[256];
    int code = program_run("run", model_that(ENDS[end].statement), "-b", board, DATA, NULL);
    ck_assert_msg(code == 5, "%s", program_output);
    ASSERT_PRINTED(ENDS[end].says);
    ASSERT_PRINTED(strcmp(board, "qemu_riscv32") == 0 ? ENDS[end].riscv_says : ENDS[end].arm_says);
    snprintf(line, sizeof(line), "\n  %s die at ./%s:4\n", ENDS[end].relation, SOURCE);
    ASSERT_PRINTED(line);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("faults");
    tcase_set_timeout(tests, RUN_TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, a_fault_is_told_with_cause_and_line, 0,
                        RUN_BOARDS_COUNT * ENDS_COUNT);
    Suite *suite = suite_create("faults");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
