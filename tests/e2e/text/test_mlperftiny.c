/* Project type mlperftiny over the API, as EEMBC's runner and TVM's tests talk to it, on all
 * boards. */
#include "client/npy.h"
#include "e2e/digits.h"
#include "e2e/text/text_firmware.h"
#include "hostile/make_archive.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MODELS SOURCE_DIR "/tests/models"

enum { BOARDS_COUNT = 3, TEST_TIMEOUT_S = 300, IMAGE_BYTES = 64, CLASSES = 10 };

static const char *const BOARDS[BOARDS_COUNT] = {"qemu_cortex_m3", "mps2_an385", "qemu_riscv32"};

static struct api_client client;
static char line[TEXT_LINE_BYTES];

/* With all that TVM's tests define, and more options. */
static void open_task(const char *archive, int task, int board, const char *more)
{
    char options[1024];
    snprintf(
        options, sizeof(options),
        "{\"board\": \"%s\", \"project_type\": \"mlperftiny\", \"config_main_stack_size\": 4000, "
        "\"compile_definitions\": [\"-DWORKSPACE_SIZE=4000\", \"-DTARGET_MODEL=%d\", "
        "\"-DTH_MODEL_VERSION=EE_MODEL_VERSION_IC01\", \"-DMAX_DB_INPUT_SIZE=64\", "
        "\"-DOUT_QUANT_SCALE=0.00390625\", \"-DOUT_QUANT_ZERO=-128\"]%s}",
        BOARDS[board], task, more);
    text_firmware_open(archive, options, &client);
}

static void open_board(int board, const char *more)
{
    open_task(MODELS "/digit8.tar", 4, board, more);
}

static void await(const char *want)
{
    text_firmware_await(&client, want, line);
    ck_assert_msg(strcmp(line, want) == 0, "%s, want %s", line, want);
}

/* A command, and the lines of its answer; NULL is the last. */
static void expect(const char *command, const char *const *answer)
{
    text_firmware_send(&client, command);
    for (; *answer; answer++) {
        text_firmware_await(&client, "", line);
        ck_assert_msg(strcmp(line, *answer) == 0, "%s: %s, want %s", command, line, *answer);
    }
}

#define EXPECT(command, ...) expect(command, (const char *const[]){__VA_ARGS__, "m-ready\r", NULL})

/* What the model says of an image. */
static void results_text(int image, char *text, size_t size)
{
    struct error err;
    struct tensor expected;
    ck_assert_msg(npy_load(MODELS "/digit8_expected.npy", &expected, &err), "%s", err.text);
    const int8_t *outputs = (const int8_t *)expected.data + (ptrdiff_t)CLASSES * image;
    size_t used = (size_t)snprintf(text, size, "m-results-[");
    for (int i = 0; i < CLASSES; i++) /* no value lies half way between two decimals */
        used += (size_t)snprintf(text + used, size - used, "%s%.3f", i > 0 ? "," : "",
                                 (outputs[i] + 128) / 256.0 + 1e-9);
    snprintf(text + used, size - used, "]\r");
    tensor_dispose(&expected);
}

/* A byte a command, as TVM does: pixels from 0 to 255. */
static void load_image(int image)
{
    struct error err;
    struct tensor images;
    char command[16];
    ck_assert_msg(npy_load(MODELS "/digit8_images.npy", &images, &err), "%s", err.text);
    const int8_t *pixels = (const int8_t *)images.data + (ptrdiff_t)IMAGE_BYTES * image;
    EXPECT("db load 64%", "m-[Expecting 64 bytes]\r");
    for (int i = 0; i < IMAGE_BYTES; i++) {
        snprintf(command, sizeof(command), "db %02x%%", (unsigned)(pixels[i] + 128));
        text_firmware_send(&client, command);
        await(i == IMAGE_BYTES - 1 ? "m-load-done\r" : "m-ready\r");
    }
    await("m-ready\r");
    tensor_dispose(&images);
}

static void await_boot(void)
{
    text_firmware_await(&client, "", line);
    ck_assert_str_eq(line, "m-timestamp-mode-performance\r");
    text_firmware_await(&client, "m-lap-us-", line);
    text_firmware_await(&client, "", line);
    ck_assert_str_eq(line, "m-init-done\r");
    text_firmware_await(&client, "", line);
    ck_assert_str_eq(line, "m-ready\r");
}

static unsigned long long await_lap(void)
{
    text_firmware_await(&client, "m-lap-us-", line);
    return strtoull(line + strlen("m-lap-us-"), NULL, 10);
}

START_TEST(session)
{
    char results[256];
    open_board(_i, "");
    await_boot();
    EXPECT("name%", "m-name-dut-[microTVM]\r");
    EXPECT("profile%", "m-profile-[ULPMark for tinyML Firmware V0.0.1]\r", "m-model-[ic01]\r");
    for (int image = 0; image < 3; image++) {
        load_image(image);
        results_text(image, results, sizeof(results));
        /* Twice: what was loaded stays as it was. */
        for (int i = 0; i < 2; i++) {
            text_firmware_send(&client, "infer 3 2%");
            await("m-warmup-start-2\r");
            await("m-warmup-done\r");
            await("m-infer-start-3\r");
            unsigned long long began = await_lap();
            ck_assert_uint_gt(await_lap(), began);
            await("m-infer-done\r");
            await(results);
            await("m-ready\r");
        }
        EXPECT("results%", results);
    }
    /* Another boot says it all again. */
    struct error err;
    ck_assert_msg(api_step(&client, "close_transport", &err), "%s", err.text);
    ck_assert_msg(api_step(&client, "open_transport", &err), "%s", err.text);
    await_boot();
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

/* Time goes on between commands, too, by the board's clock. */
START_TEST(timestamps)
{
    enum { READINGS = 50 };
    unsigned long long last = 0;
    open_board(_i, "");
    await_boot();
    for (int i = 0; i < READINGS; i++) {
        text_firmware_send(&client, "timestamp%");
        unsigned long long now = await_lap();
        ck_assert_msg(now > last, "%llu after %llu", now, last);
        last = now;
        await("m-ready\r");
    }
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

/* Each is an error, and the firmware is well afterwards. */
START_TEST(mistakes)
{
    enum { LONG = 20000 };
    char *long_command = malloc(LONG + 1);
    char results[256];
    snprintf(long_command, LONG + 1, "db %0*d%%", LONG - 4, 0);
    open_board(_i, "");
    await_boot();
    EXPECT("%", "e-[Unknown command: ]\r");
    EXPECT("start%", "e-[Unknown command: start]\r");
    EXPECT("infer 1 0%", "e-[Input db has 0 bytes, expected 64]\r");
    EXPECT("db 00%", "e-[No bytes are expected: use 'db load' first]\r");
    EXPECT("db load 65%", "e-[Command 'db load' must be >0 bytes and at most 64, not 65]\r");
    EXPECT("db load 64%", "m-[Expecting 64 bytes]\r");
    EXPECT(long_command, "e-[Command longer than 80 characters]\r");
    EXPECT("db 0x%", "e-[Invalid hex digit 'x']\r");
    EXPECT("db print 1 1%", "e-[Command 'db print': not within the 0 bytes that are loaded]\r");
    EXPECT("infer 4294967296 0%",
           "e-[Inference iterations must be >0 and at most 1000000, not 4294967296]\r");
    load_image(5);
    EXPECT("db 00%", "e-[1 bytes, but only 0 of 64 are missing]\r");
    results_text(5, results, sizeof(results));
    text_firmware_send(&client, "infer 1 0%");
    await(results);
    ck_assert_int_eq(api_stop(&client), 0);
    free(long_command);
}
END_TEST

/* Commands that do not wait for an answer are obeyed one after the other: none is lost. */
START_TEST(impatient)
{
    enum { COMMANDS = 2000 };
    open_board(_i, "");
    await_boot();
    for (int i = 0; i < COMMANDS / 10; i++)
        text_firmware_send(&client, "name%name%name%name%name%name%name%name%name%name%");
    for (int i = 0; i < COMMANDS; i++) {
        text_firmware_await(&client, "", line);
        ck_assert_str_eq(line, "m-name-dut-[microTVM]\r");
        text_firmware_await(&client, "", line);
        ck_assert_str_eq(line, "m-ready\r");
    }
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

/* The option for a file of the user's, and for an image that is compiled in where it is not -1. */
static const char *extra_file(const char *name, const char *text, int image)
{
    static char more[256];
    FILE *tar = tar_create(scratch_path("extra.tar"));
    tar_text(tar, name, text);
    if (image >= 0)
        text_firmware_add_input(tar, image);
    tar_end(tar);
    snprintf(more, sizeof(more), ", \"extra_files_tar\": \"%s\"", scratch_path("extra.tar"));
    return more;
}

/* A submitter's own functions take the place of ours, in C and in C++. */
START_TEST(functions_of_a_submitter)
{
    static const char SOURCE[] =
        "#include \"api/internally_implemented.h\"\n"
        "#include \"api/submitter_implemented.h\"\n"
        "static uint8_t seen;\n"
        "void th_load_tensor(void) { ee_get_buffer(&seen, 1); }\n"
        "void th_infer(void) { seen++; }\n"
        "void th_results(void) { th_printf(\"m-results-[%d.000]\\r\\n\", seen); }\n"
        "void th_final_initialize(void) { th_printf(\"m-mine-%s\\r\\n\", TH_MODEL_VERSION); }\n";
    open_board(0, extra_file(_i == 0 ? "mine/submitter.c" : "mine/submitter.cc", SOURCE, -1));
    await("m-mine-ic01\r");
    await("m-ready\r");
    EXPECT("db load 1%", "m-[Expecting 1 bytes]\r");
    EXPECT("db 07%", "m-load-done\r");
    text_firmware_send(&client, "infer 2 3%");
    await("m-results-[12.000]\r");
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

/* Clients read text: nothing else is sent, and the death is noticed. */
START_TEST(fault)
{
    static const char SOURCE[] = "#include \"api/submitter_implemented.h\"\n"
                                 "void th_infer(void) { __builtin_trap(); }\n";
    struct error err = {.kind = ERROR_NONE};
    char character = 0;
    open_board(_i, extra_file("mine/fault.c", SOURCE, -1));
    await_boot();
    load_image(0);
    text_firmware_send(&client, "infer 1 0%");
    await("m-infer-start-1\r");
    while (text_firmware_next(&client, &character, &err))
        ck_assert_msg(character == '\r' || character == '\n' ||
                          (character >= 32 && character < 127),
                      "0x%02x", (unsigned char)character);
    ck_assert_str_eq(client.error_name, "TransportClosedError");
    ck_assert_msg(strstr(err.text, "the firmware died: fault: ") != NULL, "%s", err.text);
    ck_assert_msg(strstr(err.text, "mine/fault.c:2") != NULL, "%s", err.text);
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

/* Which of the results in `line` is the largest? */
static long largest_result(void)
{
    double most = 0;
    long best = -1;
    char *at = line + strlen("m-results-[");
    for (long i = 0; i < CLASSES; i++) {
        double value = strtod(at, &at);
        if (best < 0 || value > most) {
            best = i;
            most = value;
        }
        at++;
    }
    ck_assert_str_eq(at - 1, "]\r");
    return best;
}

/* With the other header that TVM's clients add, of the outputs, which nothing here includes. */
START_TEST(input_that_was_compiled_in)
{
    struct error err;
    struct tensor labels;
    static const char HEADER[] =
        "const size_t output_data_len = 10;\nfloat output_data[] ={0.0, };\n";
    ck_assert_msg(npy_load(MODELS "/digits_labels.npy", &labels, &err), "%s", err.text);
    open_task(MODELS "/digits_c.tar", 1, _i,
              extra_file("include/tvm/output_data.h", HEADER, _i + 7));
    await_boot();
    text_firmware_send(&client, "infer 1 0%");
    text_firmware_await(&client, "m-results-[", line);
    ck_assert_int_eq(largest_result(), ((const int32_t *)labels.data)[_i + 7]);
    tensor_dispose(&labels);
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mlperftiny");
    TCase *tests = tcase_create("mlperftiny");
    tcase_set_timeout(tests, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, session, 0, BOARDS_COUNT);
    tcase_add_loop_test(tests, timestamps, 0, BOARDS_COUNT);
    tcase_add_loop_test(tests, mistakes, 0, BOARDS_COUNT);
    tcase_add_loop_test(tests, impatient, 0, BOARDS_COUNT);
    tcase_add_loop_test(tests, functions_of_a_submitter, 0, 2);
    tcase_add_loop_test(tests, fault, 0, BOARDS_COUNT);
    tcase_add_loop_test(tests, input_that_was_compiled_in, 0, BOARDS_COUNT);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
