/* Project type aot_standalone_demo: models through their C interface, on all boards, with and
 * without a host. */
#include "client/npy.h"
#include "e2e/digits.h"
#include "e2e/run_program.h"
#include "e2e/text/text_firmware.h"
#include "hostile/make_archive.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MODELS SOURCE_DIR "/tests/models"

enum {
    BOARDS_COUNT = 3,
    TEST_TIMEOUT_S = 300,
    IMAGE_BYTES = 256,
};

static const char *const BOARDS[BOARDS_COUNT] = {"qemu_cortex_m3", "mps2_an385", "qemu_riscv32"};
static struct error err;

#define ASSERT_GOOD(call) ck_assert_msg((call), "%s", err.text)
#define RUN(...) program_run("run", __VA_ARGS__, NULL)
#define STANDALONE "--project-type", "aot_standalone_demo"

/* Work space from the heap, planned, and in a pool with the input and the output in it. */
static const char *const DIGITS[] = {MODELS "/digits_c.tar", MODELS "/digits_usmp.tar",
                                     MODELS "/digits_io_pools.tar"};

START_TEST(digits)
{
    for (int i = 0; i < BOARDS_COUNT; i++) {
        int code = RUN(DIGITS[_i], "--board", BOARDS[i], STANDALONE, "--input", DIGITS_IMAGES,
                       "--expect", DIGITS_EXPECTED);
        ck_assert_msg(code == 0, "%s: %s", BOARDS[i], program_output);
        ASSERT_PRINTED("100 inferences");
        ASSERT_PRINTED("us each by the board's clock");
        ASSERT_PRINTED("float32 (100, 1, 10)");
        ASSERT_PRINTED(": matches");
    }
}
END_TEST

/* Work space from the heap; in pools of the application's, one of them with the constants. */
static const char *const PAIRS[] = {MODELS "/pair_c.tar", MODELS "/pair_pools.tar"};

START_TEST(several_tensors)
{
    for (int i = 0; i < BOARDS_COUNT; i++) {
        int code =
            RUN(PAIRS[_i], "--board", BOARDS[i], "--option", "project_type=aot_standalone_demo",
                "--input", MODELS "/pair_signal.npy", "--input", "codes=" MODELS "/pair_codes.npy",
                "--expect", "output1=" MODELS "/pair_output1.npy", "--expect",
                "output0=" MODELS "/pair_output0.npy", "--output", scratch_path("out"));
        ck_assert_msg(code == 0, "%s: %s", BOARDS[i], program_output);
        ASSERT_PRINTED("int8 (8, 1, 4, 4, 2)");
    }
    struct tensor written;
    ASSERT_GOOD(npy_load(scratch_path("out/output0.npy"), &written, &err));
    ck_assert_int_eq(written.ndim, 3);
    tensor_dispose(&written);
}
END_TEST

/* A wrong answer is seen. */
START_TEST(mismatch)
{
    struct tensor expected;
    ASSERT_GOOD(npy_load(DIGITS_EXPECTED, &expected, &err));
    ((float *)expected.data)[500] += 0.01F;
    ASSERT_GOOD(npy_save(scratch_path("wrong.npy"), &expected, &err));
    tensor_dispose(&expected);
    ck_assert_int_eq(RUN(DIGITS[0], "--board", BOARDS[0], STANDALONE, "--input", DIGITS_IMAGES,
                         "--expect", scratch_path("wrong.npy")),
                     1);
}
END_TEST

/* Without files for the outputs there are no shapes for them: one axis, behind that of the images.
 */
START_TEST(nothing_expected)
{
    ck_assert_int_eq(RUN(DIGITS[0], "--board", BOARDS[0], STANDALONE, "--input", DIGITS_IMAGES), 0);
    ASSERT_PRINTED("float32 (100, 10)");
}
END_TEST

/* The packed interface is of no use here, and a graph even less. */
START_TEST(models_of_another_kind)
{
    static const char *const MODELS_OF[] = {DIGITS_ARCHIVE, MODELS "/digits_graph.tar"};
    for (size_t i = 0; i < sizeof(MODELS_OF) / sizeof(MODELS_OF[0]); i++) {
        ck_assert_int_eq(
            RUN(MODELS_OF[i], "--board", BOARDS[0], STANDALONE, "--input", DIGITS_IMAGES), 3);
        ASSERT_PRINTED("\"interface-api\": \"c\"");
    }
    ck_assert_int_eq(RUN(DIGITS[0], "--board", BOARDS[0], STANDALONE, "--option",
                         "project_type=host_driven", "--input", DIGITS_IMAGES),
                     2);
    ASSERT_PRINTED("name one type");
}
END_TEST

/* The instructions of an inference are counted, and are as many in every run. The board tells
 * whole microseconds, and an inference begins somewhere within one. */
START_TEST(icount)
{
    static const char CLOCK[] = " us each by the board's clock";
    static const double RESOLUTION_US = 1;
    double times[2];
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(RUN(DIGITS[1], "--board", BOARDS[_i], STANDALONE, "--input", DIGITS_IMAGES,
                             "--option", "icount=4"),
                         0);
        char *end = strstr(program_output, CLOCK);
        ck_assert_ptr_nonnull(end);
        char *begin = end;
        while (begin > program_output && begin[-1] != ' ')
            begin--;
        times[i] = strtod(begin, NULL);
    }
    ck_assert_double_eq_tol(times[0], times[1], RESOLUTION_US);
    ck_assert_double_gt(times[0], 0);
}
END_TEST

static void write_input_data(const char *path, int image)
{
    FILE *tar = tar_create(path);
    text_firmware_add_input(tar, image);
    tar_end(tar);
}

/* As TVM's tests talk to their demo: input compiled in, init, infer, and the class in "result". */
START_TEST(input_that_was_compiled_in)
{
    struct api_client client;
    struct tensor labels;
    char options[512];
    char wanted[32];
    char line[TEXT_LINE_BYTES];
    ASSERT_GOOD(npy_load(MODELS "/digits_labels.npy", &labels, &err));
    snprintf(wanted, sizeof(wanted), "result:%d:", ((const int32_t *)labels.data)[_i]);
    tensor_dispose(&labels);
    write_input_data(scratch_path("extra.tar"), _i);
    snprintf(options, sizeof(options),
             "{\"board\": \"%s\", \"project_type\": \"aot_standalone_demo\", "
             "\"extra_files_tar\": \"%s\", \"compile_definitions\": [\"-DWORKSPACE_SIZE=4000\"]}",
             BOARDS[_i], scratch_path("extra.tar"));
    text_firmware_open(DIGITS[0], options, &client);
    text_firmware_send(&client, "init%");
    text_firmware_await(&client, "wakeup", line);
    text_firmware_send(&client, "infer%");
    text_firmware_await(&client, "result:", line);
    ck_assert_msg(strncmp(line, wanted, strlen(wanted)) == 0, "%s, want %s", line, wanted);
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

/* With its input there the firmware needs nobody: it infers when it starts. */
START_TEST(without_a_host)
{
    char option[512];
    write_input_data(scratch_path("extra.tar"), 0);
    snprintf(option, sizeof(option), "extra_files_tar=%s", scratch_path("extra.tar"));
    ck_assert_int_eq(RUN(DIGITS[1], "--board", BOARDS[0], STANDALONE, "--option", option, "--input",
                         DIGITS_IMAGES, "--expect", DIGITS_EXPECTED, "-v"),
                     0);
    ASSERT_PRINTED("  time_us:");
    ASSERT_PRINTED("  result:");
}
END_TEST

static const struct {
    const char *command;
    const char *answer;
} MISTAKES[] = {
    {"nonsense%", "error:no command \"nonsense\""},
    {"%", "error:no command \"\""},
    {"a very long command of many words%", "error:no command \"a very long com\""},
    {"output:1%", "error:output \"1\": the model has 1"},
    {"output%", "error:output \"\": the model has 1"},
    {"input:-1:00%", "error:input \"-1\": the model has 1"},
    {"input%", "error:input \"\": the model has 1"},
    {"input:0%", "error:input \"0\": not 256 bytes"},
    {"input:0:00%", "error:input \"0\": not 256 bytes"},
    {"input:0:0g%", "error:input \"0\": not 256 bytes"},
    {"input:0:0%", "error:input \"0\": not 256 bytes"},
};

START_TEST(mistakes)
{
    struct api_client client;
    char line[TEXT_LINE_BYTES];
    char longer[2 * (IMAGE_BYTES + 1) + 16];
    text_firmware_open(DIGITS[0],
                       "{\"board\": \"qemu_riscv32\", \"project_type\": \"aot_standalone_demo\"}",
                       &client);
    for (size_t i = 0; i < sizeof(MISTAKES) / sizeof(MISTAKES[0]); i++) {
        text_firmware_send(&client, MISTAKES[i].command);
        text_firmware_await(&client, "error:", line);
        ck_assert_msg(strncmp(line, MISTAKES[i].answer, strlen(MISTAKES[i].answer)) == 0, "%s: %s",
                      MISTAKES[i].command, line);
    }
    snprintf(longer, sizeof(longer), "input:0:%0*d%%", 2 * (IMAGE_BYTES + 1), 0);
    text_firmware_send(&client, longer);
    text_firmware_await(&client, "error:input \"0\": not 256 bytes", line);
    /* None of them has broken anything. */
    text_firmware_send(&client, "infer%output:0%");
    text_firmware_await(&client, "output:0:", line);
    ck_assert_uint_eq(strlen(line), strlen("output:0:") + 80);
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("e2e_standalone");
    TCase *tests = tcase_create("standalone");
    tcase_set_timeout(tests, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, digits, 0, sizeof(DIGITS) / sizeof(DIGITS[0]));
    tcase_add_loop_test(tests, several_tensors, 0, sizeof(PAIRS) / sizeof(PAIRS[0]));
    tcase_add_test(tests, mismatch);
    tcase_add_test(tests, nothing_expected);
    tcase_add_test(tests, models_of_another_kind);
    tcase_add_loop_test(tests, icount, 0, BOARDS_COUNT);
    tcase_add_loop_test(tests, input_that_was_compiled_in, 0, BOARDS_COUNT);
    tcase_add_test(tests, without_a_host);
    tcase_add_test(tests, mistakes);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
