/* `run` with project type mlperftiny: tasks on all boards, speed and accuracy, what is refused. */
#include "client/npy.h"
#include "e2e/digits.h"
#include "e2e/run_program.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MODELS SOURCE_DIR "/tests/models"

enum { BOARDS_COUNT = 3, TEST_TIMEOUT_S = 300 };

static const char *const BOARDS[BOARDS_COUNT] = {"qemu_cortex_m3", "mps2_an385", "qemu_riscv32"};
static struct error err;

#define ASSERT_GOOD(call) ck_assert_msg((call), "%s", err.text)
#define RUN(...) program_run("run", "--project-type", "mlperftiny", __VA_ARGS__, NULL)
#define DEFINE(...) "--option", "compile_definitions=" __VA_ARGS__
#define QUANTIZED " -DOUT_QUANT_SCALE=0.00390625 -DOUT_QUANT_ZERO=-128"
#define DIGIT8 MODELS "/digit8.tar", "--input", MODELS "/digit8_images.npy"
#define EIGHTS MODELS "/eights.tar", "--input", DIGITS_IMAGES, DEFINE("TARGET_MODEL=3")
#define LABELS "--labels", MODELS "/digits_labels.npy"

static const struct {
    const char *definitions;
    const char *archive;
    const char *images;
    const char *expected;
    const char *labels;
    const char *type;
    const char *accuracy;
} TASKS[] = {
    {"compile_definitions=TARGET_MODEL=1" QUANTIZED, MODELS "/digit8.tar",
     MODELS "/digit8_images.npy", MODELS "/digit8_expected.npy", MODELS "/digits_labels.npy",
     "int8 (100, 1, 10)", "90.00 % top-1, 90 of 100"},
    {"compile_definitions=TARGET_MODEL=2" QUANTIZED, MODELS "/digit8.tar",
     MODELS "/digit8_images.npy", MODELS "/digit8_expected.npy", MODELS "/digits_labels.npy",
     "int8 (100, 1, 10)", "90.00 % top-1, 90 of 100"},
    {"compile_definitions=TARGET_MODEL=3", MODELS "/eights.tar", DIGITS_IMAGES,
     MODELS "/eights_expected.npy", MODELS "/eights_labels.npy", "float32 (100, 1)",
     "AUC 0.9827, 15 normal and 85 anomalous, 1 input each"},
    {"compile_definitions=TARGET_MODEL=4" QUANTIZED, MODELS "/digit8.tar",
     MODELS "/digit8_images.npy", MODELS "/digit8_expected.npy", MODELS "/digits_labels.npy",
     "int8 (100, 1, 10)", "90.00 % top-1, 90 of 100"},
    {"compile_definitions=NONE", MODELS "/digits_c.tar", DIGITS_IMAGES, DIGITS_EXPECTED,
     MODELS "/digits_labels.npy", "float32 (100, 1, 10)", "98.00 % top-1, 98 of 100"},
};

START_TEST(tasks)
{
    for (int i = 0; i < BOARDS_COUNT; i++) {
        int code = RUN(TASKS[_i].archive, "--board", BOARDS[i], "--option", TASKS[_i].definitions,
                       "--input", TASKS[_i].images, "--expect", TASKS[_i].expected, "--labels",
                       TASKS[_i].labels);
        ck_assert_msg(code == 0, "%s: %s", BOARDS[i], program_output);
        ASSERT_PRINTED("100 inferences, ");
        ASSERT_PRINTED(" us each by the board's clock: ");
        ASSERT_PRINTED(" per second\n");
        ASSERT_PRINTED(TASKS[_i].type);
        ASSERT_PRINTED(": matches\n");
        ASSERT_PRINTED(TASKS[_i].accuracy);
    }
}
END_TEST

/* Two inputs and two outputs of different types travel one behind the other. */
START_TEST(several_tensors)
{
    int code =
        RUN(MODELS "/pair_pools.tar", "--board", BOARDS[_i], "--input", MODELS "/pair_signal.npy",
            "--input", MODELS "/pair_codes.npy", "--expect", "output0=" MODELS "/pair_output0.npy",
            "--expect", "output1=" MODELS "/pair_output1.npy", "--output", scratch_path("out"));
    ck_assert_msg(code == 0, "%s", program_output);
    struct tensor written;
    struct tensor expected;
    ASSERT_GOOD(npy_load(scratch_path("out/output1.npy"), &written, &err));
    ASSERT_GOOD(npy_load(MODELS "/pair_output1.npy", &expected, &err));
    ck_assert_uint_eq(written.size_bytes, expected.size_bytes);
    ck_assert_mem_eq(written.data, expected.data, expected.size_bytes);
    tensor_dispose(&written);
    tensor_dispose(&expected);
}
END_TEST

/* As a data set has them: from 0 to 255. */
START_TEST(pictures_as_bytes)
{
    struct tensor images;
    ASSERT_GOOD(npy_load(MODELS "/digit8_images.npy", &images, &err));
    images.code = TENSOR_UINT;
    for (size_t i = 0; i < images.size_bytes; i++)
        ((uint8_t *)images.data)[i] ^= 0x80;
    ASSERT_GOOD(npy_save(scratch_path("bytes.npy"), &images, &err));
    tensor_dispose(&images);
    int code = RUN(MODELS "/digit8.tar", "--board", BOARDS[0], DEFINE("TARGET_MODEL=4" QUANTIZED),
                   "--input", scratch_path("bytes.npy"), "--expect", MODELS "/digit8_expected.npy");
    ck_assert_msg(code == 0, "%s", program_output);
    code = RUN(MODELS "/digit8.tar", "--board", BOARDS[0], DEFINE("TARGET_MODEL=1" QUANTIZED),
               "--input", scratch_path("bytes.npy"));
    ck_assert_msg(code == 2, "%s", program_output);
}
END_TEST

/* "12.5" in "..., 12.5 WHAT...". */
static double told(const char *what)
{
    char *end = strstr(program_output, what);
    ck_assert_msg(end != NULL, "no \"%s\" in: %s", what, program_output);
    char *begin = end;
    while (begin > program_output && begin[-1] != ' ')
        begin--;
    return strtod(begin, NULL);
}

/* An inference has the same instructions in every run, in so many as are measured together. */
START_TEST(instructions)
{
    double counts[3];
    static const char *const ITERATIONS[] = {"1", "1", "3"};
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(RUN(MODELS "/digits_usmp.tar", "--board", BOARDS[_i], "--input",
                             DIGITS_IMAGES, "--option", "icount=4", "--iterations", ITERATIONS[i],
                             "--warmups", "2"),
                         0);
        counts[i] = told(" instructions each");
        double each_us = told(" us each by the board's clock");
        ck_assert_double_eq_tol(told(" per second"), 1e6 / each_us, 1e4 / each_us);
        ck_assert_double_eq_tol(each_us * 1000 / 16, counts[i], 0.1 * 1000 / 16);
    }
    ASSERT_PRINTED("300 inferences, ");
    /* The board tells whole microseconds, of which each is 62 of them. */
    ck_assert_double_eq_tol(counts[0], counts[1], 62.5);
    ck_assert_double_eq_tol(counts[0], counts[2], 62.5);
    ck_assert_double_gt(counts[2], 10000);
}
END_TEST

START_TEST(mismatch)
{
    struct tensor expected;
    ASSERT_GOOD(npy_load(MODELS "/digit8_expected.npy", &expected, &err));
    ((int8_t *)expected.data)[555] ^= 1;
    ASSERT_GOOD(npy_save(scratch_path("wrong.npy"), &expected, &err));
    tensor_dispose(&expected);
    int code = RUN(DIGIT8, "--board", BOARDS[0], DEFINE("TARGET_MODEL=4" QUANTIZED), "--expect",
                   scratch_path("wrong.npy"));
    ck_assert_msg(code == 1, "%s", program_output);
    ASSERT_PRINTED("MISMATCH in 1 of 1000 elements, first at [55, 0, 5]");
}
END_TEST

/* Three decimals are not exact: that much, and no more, is forgiven. */
START_TEST(three_decimals)
{
    struct tensor expected;
    ASSERT_GOOD(npy_load(MODELS "/eights_expected.npy", &expected, &err));
    ((float *)expected.data)[3] += 0.0011F;
    ASSERT_GOOD(npy_save(scratch_path("wrong.npy"), &expected, &err));
    tensor_dispose(&expected);
    ck_assert_int_eq(RUN(EIGHTS, "--board", BOARDS[0], "--expect", scratch_path("wrong.npy")), 1);
    ASSERT_PRINTED("MISMATCH in 1 of 100 elements, first at [3, 0]");
    ck_assert_int_eq(RUN(EIGHTS, "--board", BOARDS[0], "--atol", "1e-5", "--expect",
                         MODELS "/eights_expected.npy"),
                     1);
}
END_TEST

/* The class of every input, for any project type. */
START_TEST(labels_elsewhere)
{
    ck_assert_int_eq(program_run("run", DIGITS_ARCHIVE, "--board", BOARDS[2], "--input",
                                 DIGITS_IMAGES, LABELS, NULL),
                     0);
    ASSERT_PRINTED("accuracy  98.00 % top-1, 98 of 100");
    ck_assert_int_eq(program_run("run", MODELS "/digits_c.tar", "--project-type",
                                 "aot_standalone_demo", "--board", BOARDS[0], "--input",
                                 DIGITS_IMAGES, LABELS, NULL),
                     0);
    ASSERT_PRINTED("accuracy  98.00 % top-1, 98 of 100");
}
END_TEST

static void refused(int code, int want, const char *why)
{
    ck_assert_msg(code == want, "exit %d, want %d: %s", code, want, program_output);
    ASSERT_PRINTED(why);
}

START_TEST(refusals)
{
#define ON "--board", BOARDS[0]
    refused(RUN(DIGIT8, ON, DEFINE("TARGET_MODEL=7")), 2,
            "TARGET_MODEL=7: project type mlperftiny knows 1 (keyword spotting)");
    refused(RUN(DIGIT8, ON, DEFINE("OUT_QUANT_SCALE=0.0005")), 2, "which do not tell the int8");
    refused(RUN(DIGIT8, ON, DEFINE("TARGET_MODEL=3")), 3, "digit8.tar: TARGET_MODEL=3 (anomaly");
    refused(RUN(MODELS "/digits_c.tar", ON, "--input", DIGITS_IMAGES, DEFINE("TARGET_MODEL=2")), 3,
            "an input of int8 or uint8");
    refused(RUN(DIGITS_ARCHIVE, ON, "--input", DIGITS_IMAGES), 3, "\"interface-api\": \"c\"");
    refused(RUN(DIGIT8, ON, DEFINE("EE_CFG_ENERGY_MODE=1")), 4,
            "QEMU does not know what energy a board takes");
    refused(RUN(EIGHTS, ON, "--expect", "output=" MODELS "/eights_expected.npy"), 2,
            "--expect error=FILE.npy");
    refused(RUN(DIGIT8, ON, "--labels", "/nonexistent.npy"), 2, "--labels");
    refused(RUN(DIGIT8, ON, "--labels", DIGITS_IMAGES), 2, "give integers along one axis");
    refused(RUN(EIGHTS, ON, LABELS), 2, "--labels: element 0 is");
    refused(program_run("run", DIGIT8, ON, "--project-type", "mlperf", NULL), 2,
            "have: host_driven, aot_standalone_demo, mlperftiny");
    refused(program_run("run", DIGIT8, ON, "--iterations", "2", NULL), 2,
            "are for --project-type mlperftiny");
    refused(program_run("rpc-server", MODELS "/digit8.tar", ON, "--option",
                        "project_type=mlperftiny", NULL),
            2, "project_type=mlperftiny");
#undef ON
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mlperftiny_run");
    TCase *tests = tcase_create("mlperftiny_run");
    tcase_set_timeout(tests, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, tasks, 0, sizeof(TASKS) / sizeof(TASKS[0]));
    tcase_add_loop_test(tests, several_tensors, 0, BOARDS_COUNT);
    tcase_add_test(tests, pictures_as_bytes);
    tcase_add_loop_test(tests, instructions, 0, BOARDS_COUNT);
    tcase_add_test(tests, mismatch);
    tcase_add_test(tests, three_decimals);
    tcase_add_test(tests, labels_elsewhere);
    tcase_add_test(tests, refusals);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
