/* Project type aot_standalone_demo: models through their C interface, on all boards, with and
 * without a host. */
#include "base/cleanup.h"
#include "base/file.h"
#include "client/npy.h"
#include "e2e/api_client.h"
#include "e2e/digits.h"
#include "e2e/run_program.h"
#include "hostile/make_archive.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MODELS SOURCE_DIR "/tests/models"

enum {
    BOARDS_COUNT = 3,
    TEST_TIMEOUT_S = 300,
    LINE_TIMEOUT_MS = 60 * 1000,
    LINE_BYTES = 4096,
    IMAGE_ELEMENTS = 64,
    IMAGE_BYTES = 256,
    HEADER_BYTES = IMAGE_ELEMENTS * 24 + 256,
};

static const char *const BOARDS[BOARDS_COUNT] = {"qemu_cortex_m3", "mps2_an385", "qemu_riscv32"};
static const char TEMPLATE[] = BUILD_DIR "/share/microtvm-qemu/template";
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

/* TVM's create_header_file for one image, in an archive for extra_files_tar. */
static void write_input_data(const char *path, int image)
{
    struct tensor images;
    static const char BEGIN[] = "#include <stddef.h>\n#include <stdint.h>\n"
                                "#include <dlpack/dlpack.h>\n"
                                "const size_t input_data_len = 64;\n"
                                "float input_data[] ={";
    char text[HEADER_BYTES];
    size_t used = (size_t)snprintf(text, sizeof(text), "%s", BEGIN);
    ASSERT_GOOD(npy_load(DIGITS_IMAGES, &images, &err));
    for (int i = 0; i < IMAGE_ELEMENTS; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%.9g, ",
                                 (double)((const float *)images.data)[IMAGE_ELEMENTS * image + i]);
    snprintf(text + used, sizeof(text) - used, "};\n\n");
    tensor_dispose(&images);
    FILE *tar = tar_create(path);
    tar_text(tar, "include/tvm/input_data.h", text);
    tar_end(tar);
}

/* Lines of the firmware until one that begins so. */
static void await_line(const struct link_stream *stream, const char *begin, char line[LINE_BYTES])
{
    size_t length = 0;
    for (;;) {
        size_t got = 0;
        ck_assert_uint_lt(length, LINE_BYTES - 1);
        ASSERT_GOOD(stream->read(stream->context, line + length, 1, 1, &got,
                                 deadline_in_ms(LINE_TIMEOUT_MS), &err));
        if (line[length++] != '\n')
            continue;
        line[length - 1] = '\0';
        if (strncmp(line, begin, strlen(begin)) == 0)
            return;
        length = 0;
    }
}

static void send_text(const struct link_stream *stream, const char *text)
{
    ASSERT_GOOD(
        stream->write(stream->context, text, strlen(text), deadline_in_ms(LINE_TIMEOUT_MS), &err));
}

static void open_standalone(struct api_client *client, const char *options)
{
    cleanup_free char *project = strdup(scratch_path("project"));
    ASSERT_GOOD(api_start(TEMPLATE, client, &err));
    ASSERT_GOOD(api_generate(client, DIGITS[0], project, options, &err));
    ck_assert_int_eq(api_stop(client), 0);
    ASSERT_GOOD(api_start(project, client, &err));
    ASSERT_GOOD(api_step(client, "build", &err));
    ASSERT_GOOD(api_step(client, "flash", &err));
    ASSERT_GOOD(api_step(client, "open_transport", &err));
}

/* As TVM's tests talk to their demo: input compiled in, init, infer, and the class in "result". */
START_TEST(input_that_was_compiled_in)
{
    struct api_client client;
    struct tensor labels;
    char options[512];
    char wanted[32];
    char line[LINE_BYTES];
    ASSERT_GOOD(npy_load(MODELS "/digits_labels.npy", &labels, &err));
    snprintf(wanted, sizeof(wanted), "result:%d:", ((const int32_t *)labels.data)[_i]);
    tensor_dispose(&labels);
    write_input_data(scratch_path("extra.tar"), _i);
    snprintf(options, sizeof(options),
             "{\"board\": \"%s\", \"project_type\": \"aot_standalone_demo\", "
             "\"extra_files_tar\": \"%s\", \"compile_definitions\": [\"-DWORKSPACE_SIZE=4000\"]}",
             BOARDS[_i], scratch_path("extra.tar"));
    open_standalone(&client, options);
    struct link_stream stream = api_stream(&client);
    send_text(&stream, "init%");
    await_line(&stream, "wakeup", line);
    send_text(&stream, "infer%");
    await_line(&stream, "result:", line);
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
    char line[LINE_BYTES];
    char longer[2 * (IMAGE_BYTES + 1) + 16];
    open_standalone(&client,
                    "{\"board\": \"qemu_riscv32\", \"project_type\": \"aot_standalone_demo\"}");
    struct link_stream stream = api_stream(&client);
    for (size_t i = 0; i < sizeof(MISTAKES) / sizeof(MISTAKES[0]); i++) {
        send_text(&stream, MISTAKES[i].command);
        await_line(&stream, "error:", line);
        ck_assert_msg(strncmp(line, MISTAKES[i].answer, strlen(MISTAKES[i].answer)) == 0, "%s: %s",
                      MISTAKES[i].command, line);
    }
    snprintf(longer, sizeof(longer), "input:0:%0*d%%", 2 * (IMAGE_BYTES + 1), 0);
    send_text(&stream, longer);
    await_line(&stream, "error:input \"0\": not 256 bytes", line);
    /* None of them has broken anything. */
    send_text(&stream, "infer%output:0%");
    await_line(&stream, "output:0:", line);
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
