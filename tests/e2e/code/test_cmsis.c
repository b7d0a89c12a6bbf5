/* Code like CMSIS-NN's on each core it is written for: the compiler's macros choose the core's
 * vector instructions, its DSP extension or plain C, and each gives the same. A board of each core.
 */
#include "base/cleanup.h"
#include "base/file.h"
#include "boards/board_list.h"
#include "e2e/run_program.h"
#include "hostile/make_archive.h"
#include "hostile/scratch.h"

#include <check.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { TEST_TIMEOUT_S = 120, BOARD_FILE_MAX_BYTES = 64 * 1024 };

static const struct {
    const char *core, *way;
    const char *id; /* in test reports */
} CORES[] = {{"Cortex-M0", "plain C", "Cortex_M0"},
             {"Cortex-M4F", "DSP", "Cortex_M4F"},
             {"Cortex-M7", "DSP", "Cortex_M7"},
             {"Cortex-M33", "DSP", "Cortex_M33"},
             {"Cortex-M55", "MVE", "Cortex_M55"}};
enum { CORES_COUNT = sizeof(CORES) / sizeof(CORES[0]) };

static const char HEADER[] = "#include <stdint.h>\nextern const char arm_nn_way[];\n"
                             "int32_t arm_nn_dot(const int8_t *a, const int8_t *b);\n";

/* 32 products of int8, summed. */
static const char DOT[] = "#include \"arm_nnfunctions.h\"\n"
                          "#include <string.h>\n"
                          "#if defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 1)\n"
                          "#include <arm_mve.h>\n"
                          "const char arm_nn_way[] = \"MVE\";\n"
                          "int32_t arm_nn_dot(const int8_t *a, const int8_t *b)\n"
                          "{ return vmladavaq_s8(vmladavq_s8(vld1q_s8(a), vld1q_s8(b)),\n"
                          "                      vld1q_s8(a + 16), vld1q_s8(b + 16)); }\n"
                          "#elif defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1)\n"
                          "#include <arm_acle.h>\n"
                          "const char arm_nn_way[] = \"DSP\";\n"
                          "int32_t arm_nn_dot(const int8_t *a, const int8_t *b)\n"
                          "{ int32_t sum = 0;\n"
                          "  for (int i = 0; i < 32; i += 4) {\n"
                          "    uint32_t x, y;\n"
                          "    memcpy(&x, a + i, 4); memcpy(&y, b + i, 4);\n"
                          "    sum = __smlad(__sxtb16(x), __sxtb16(y), sum);\n"
                          "    sum = __smlad(__sxtb16(x >> 8), __sxtb16(y >> 8), sum); }\n"
                          "  return sum; }\n"
                          "#else\n"
                          "const char arm_nn_way[] = \"plain C\";\n"
                          "int32_t arm_nn_dot(const int8_t *a, const int8_t *b)\n"
                          "{ int32_t sum = 0;\n"
                          "  for (int i = 0; i < 32; i++) sum += a[i] * b[i];\n"
                          "  return sum; }\n"
                          "#endif\n";

/* The sum over i of (37 i mod 256 - 128) * (101 i mod 256 - 128). */
static const char PROBE[] = "#include <arm_nnfunctions.h>\n#include <stdio.h>\n"
                            "__attribute__((constructor)) void probe(void)\n"
                            "{ int8_t a[32], b[32];\n"
                            "  for (int i = 0; i < 32; i++) {\n"
                            "    a[i] = (int8_t)(37 * i % 256 - 128);\n"
                            "    b[i] = (int8_t)(101 * i % 256 - 128); }\n"
                            "  printf(\"%s: %d\\n\", arm_nn_way, (int)arm_nn_dot(a, b)); }\n";

static int expected_dot(void)
{
    int sum = 0;
    for (int i = 0; i < 32; i++)
        sum += (37 * i % 256 - 128) * (101 * i % 256 - 128);
    return sum;
}

static bool has_core(const struct listed_board *board, const char *core)
{
    struct error err;
    cleanup_free char *path = file_path(SOURCE_DIR "/qemu-machines/%s.json", board->name);
    cleanup_free char *text = NULL;
    ck_assert_msg(file_read(path, BOARD_FILE_MAX_BYTES, &text, NULL, &err), "%s", err.text);
    cJSON *json = cJSON_Parse(text);
    const char *is = cJSON_GetStringValue(cJSON_GetObjectItem(json, "core"));
    bool same = is && strcmp(is, core) == 0;
    cJSON_Delete(json);
    return same;
}

/* The first of these that is not missing; false: there is none. */
static bool board_of(const char *core, char name[BOARD_NAME_SIZE])
{
    struct error err;
    struct board_list boards;
    bool found = false;
    ck_assert_msg(board_list_find(BOARDS_SHIPPED, &boards, &err), "%s", err.text);
    for (size_t i = 0; i < boards.count && !found; i++) {
        found = !boards.items[i].is_missing && has_core(&boards.items[i], core);
        if (found)
            memcpy(name, boards.items[i].name, BOARD_NAME_SIZE);
    }
    board_list_dispose(&boards);
    return found;
}

static void setup(void)
{
    scratch_make();
    scratch_write("cmsis/CMSIS-NN/Include/arm_nnfunctions.h", HEADER);
    scratch_write("cmsis/CMSIS-NN/Source/D/arm_nn_dot.c", DOT);
}

START_TEST(the_core_chooses)
{
    char board[BOARD_NAME_SIZE];
    char expected[64];
    char extra[512];
    char cmsis[512];
    if (!board_of(CORES[_i].core, board)) {
        printf("SKIP %s: this computer can run no board with one\n", CORES[_i].id);
        return;
    }
    FILE *tar = tar_create(scratch_path("extra.tar"));
    tar_text(tar, "probe.c", PROBE);
    tar_end(tar);
    snprintf(extra, sizeof(extra), "extra_files_tar=%s", scratch_path("extra.tar"));
    snprintf(cmsis, sizeof(cmsis), "cmsis_path=%s", scratch_path("cmsis"));
    snprintf(expected, sizeof(expected), "%s: %d\n", CORES[_i].way, expected_dot());
    ck_assert_int_eq(program_run("run", MODELS "/pair.tar", "--board", board, "--input",
                                 "signal=" MODELS "/pair_signal.npy", "--input",
                                 "codes=" MODELS "/pair_codes.npy", "--option", extra, "--option",
                                 cmsis, "-v", NULL),
                     0);
    ASSERT_PRINTED(expected);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cmsis");
    for (int i = 0; i < CORES_COUNT; i++) {
        TCase *tests = tcase_create(CORES[i].id);
        tcase_set_timeout(tests, TEST_TIMEOUT_S);
        tcase_add_checked_fixture(tests, setup, scratch_remove);
        tcase_add_loop_test(tests, the_core_chooses, i, i + 1);
        suite_add_tcase(suite, tests);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
