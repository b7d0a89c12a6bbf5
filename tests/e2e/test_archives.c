/* What clients of any TVM between 0.8 and 0.18 hand over: other runtimes, several models in one
 * archive, objects, C++, old layouts. Each is built into firmware and run. */
#include "base/file.h"
#include "e2e/repack.h"
#include "e2e/run_program.h"
#include "hostile/scratch.h"

#include <check.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_DATA                                                                                \
    "--input", MODELS "/digits_images.npy", "--expect", MODELS "/digits_expected.npy"
#define PAIR_DATA                                                                                  \
    "--input", "codes=" MODELS "/pair_codes.npy", "--input", "signal=" MODELS "/pair_signal.npy",  \
        "--expect", "output0=" MODELS "/pair_output0.npy", "--expect",                             \
        "output1=" MODELS "/pair_output1.npy"
#define GIVEN_SERVER SOURCE_DIR "/tests/e2e/given_crt/server.cc"
#define C_SERVER "crt/src/runtime/crt/microtvm_rpc_server/rpc_server.c"

static const char CRT_HEADERS[] = SOURCE_DIR "/guest/crt/include";
static const char CRT_CONFIG[] = SOURCE_DIR "/guest/crt_config";

static struct error err;

/* This runtime, with a server in C++ around that in C. first_line goes in front of it. */
static const char *given_crt(const char *first_line)
{
    char *server = repack_read(SOURCE_DIR "/guest/" C_SERVER);
    char *front = repack_read(GIVEN_SERVER);
    char *text = file_path("#define MicroTVMRpcServerInit plain_MicroTVMRpcServerInit\n"
                           "#define MicroTVMRpcServerLoop plain_MicroTVMRpcServerLoop\n%s",
                           server);
    char *front_text = file_path("%s\n%s", first_line, front);
    ck_assert(text && front_text);
    ck_assert_msg(file_copy_tree(SOURCE_DIR "/guest/crt", scratch_path("crt"), &err), "%s",
                  err.text);
    scratch_write(C_SERVER, text);
    scratch_write("crt/src/runtime/crt/microtvm_rpc_server/server.cc", front_text);
    free(server);
    free(front);
    free(text);
    free(front_text);
    return scratch_path("crt");
}

/* guest/cxx stands in for a C++ library on every board. */
START_TEST(a_given_runtime_in_cxx)
{
    int code = program_run("run", MODELS "/digits.tar", "-b", RUN_BOARDS[_i], DIGITS_DATA,
                           "--crt-dir", given_crt(""), NULL);
    ck_assert_msg(code == 0, "%s", program_output);
}
END_TEST

/* What is linked in is found by whichever runtime asks for it. */
START_TEST(linked_parameters_of_a_given_runtime)
{
    int code = program_run("run", MODELS "/pair_graph.tar", "-b", RUN_BOARDS[_i], PAIR_DATA,
                           "--crt-dir", given_crt(""), NULL);
    ck_assert_msg(code == 0, "%s", program_output);
}
END_TEST

START_TEST(a_pure_virtual_call_is_told)
{
    int code = program_run("run", MODELS "/digits.tar", "-b", RUN_BOARDS[_i], DIGITS_DATA,
                           "--crt-dir", given_crt("#define CALL_PURE_VIRTUAL"), NULL);
    ck_assert_msg(code == 5, "%s", program_output);
    ASSERT_PRINTED("abort: TVM error");
}
END_TEST

/* An archive's own copy of a runtime: nobody asked for it, and a second one beside ours would not
 * link. */
START_TEST(the_runtime_in_an_archive_is_not_built)
{
    repack_open(MODELS "/digits.tar");
    scratch_write("model/runtime/src/runtime/crt/common/crt_runtime_api.c", "#error built\n");
    scratch_write("model/runtime/src/runtime/crt/microtvm_rpc_server/rpc_server.cc",
                  "#error built\n");
    scratch_write("model/runtime/include/tvm/runtime/c_runtime_api.h", "#error included\n");
    scratch_write("model/templates/platform.c", "#error built\n");
    int code = program_run("run", repack_close(), "-b", RUN_BOARDS[0], DIGITS_DATA, NULL);
    ck_assert_msg(code == 0, "%s", program_output);
}
END_TEST

/* Parts of a model that another compiler made may be C++. */
START_TEST(cxx_in_an_archive_is_built)
{
    repack_open(MODELS "/digits.tar");
    scratch_write("model/codegen/host/src/default_lib3.cc",
                  "#include <utility>\nstatic_assert(sizeof(int) == 4, \"\");\n");
    int code = program_run("run", repack_close(), "-b", RUN_BOARDS[2], DIGITS_DATA, NULL);
    ck_assert_msg(code == 0, "%s", program_output);
    scratch_write("model/codegen/host/src/default_lib3.cc", "static_assert(false, \"no\");\n");
    ck_assert_int_eq(program_run("run", repack_close(), "-b", RUN_BOARDS[2], DIGITS_DATA, NULL), 4);
    ASSERT_PRINTED("default_lib3.cc");
}
END_TEST

/* Both are in the firmware, and each can be driven. */
START_TEST(two_models)
{
    int code = program_run("run", MODELS "/two.tar", "-b", RUN_BOARDS[_i], DIGITS_DATA, NULL);
    ck_assert_msg(code == 0, "%s", program_output);
    code = program_run("run", MODELS "/two.tar", "-b", RUN_BOARDS[_i], PAIR_DATA, "--option",
                       "module=pair", NULL);
    ck_assert_msg(code == 0, "%s", program_output);
}
END_TEST

START_TEST(a_model_that_is_not_there)
{
    ck_assert_int_eq(program_run("run", MODELS "/two.tar", "-b", RUN_BOARDS[0], PAIR_DATA,
                                 "--option", "module=other", NULL),
                     2);
    ASSERT_PRINTED(
        "option module: \"other\": no such model in the archive (it holds: digits, pair)");
}
END_TEST

/* SCRATCH/model's C becomes objects for a Cortex-M3, as from TVM's llvm target. */
static void compile(void)
{
    static const char *const NAMES[] = {"digits_lib0", "digits_lib1", "digits_lib2",
                                        "pair_lib0",   "pair_lib1",   "pair_lib2"};
    ck_assert(file_make_dirs(scratch_path("model/codegen/host/lib"), &err));
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        const char *const argv[] = {
            "arm-none-eabi-gcc",
            "-mcpu=cortex-m3",
            "-mthumb",
            "--specs=picolibc.specs",
            "-O2",
            "-w",
            "-Wno-incompatible-pointer-types",
            "-I",
            CRT_HEADERS,
            "-I",
            CRT_CONFIG,
            "-DTVM_CRT_MAX_PACKET_SIZE_BYTES=2048",
            "-c",
            scratch_path("model/codegen/host/src/%s.c", NAMES[i]),
            "-o",
            scratch_path("model/codegen/host/lib/%s.o", NAMES[i]),
            NULL,
        };
        repack_command(argv);
    }
    ck_assert(file_remove_tree(scratch_path("model/codegen/host/src"), &err));
}

START_TEST(two_models_in_objects)
{
    repack_open(MODELS "/two.tar");
    compile();
    const char *archive = repack_close();
    int code = program_run("run", archive, "-b", RUN_BOARDS[0], PAIR_DATA, "--option",
                           "module=pair", NULL);
    ck_assert_msg(code == 0, "%s", program_output);
}
END_TEST

/* Functions counted in one byte. */
static void age_code(void)
{
    const char *source = scratch_path("model/codegen/host/src/default_lib0.c");
    char *code = repack_read(source);
    char *count = strstr(code, "\\000tvmgen_default");
    ck_assert_ptr_nonnull(count);
    memmove(count, count + 4, strlen(count + 4) + 1);
    scratch_write("model/codegen/host/src/default_lib0.c", code);
    free(code);
}

/* The archive as TVM 0.8 would have laid it out: one description, the graph under its old name, and
 * code of its time. */
static void age(void)
{
    age_code();
    char *text = repack_read(scratch_path("model/metadata.json"));
    cJSON *json = cJSON_Parse(text);
    cJSON *modules = cJSON_GetObjectItem(json, "modules");
    cJSON *module = cJSON_DetachItemFromObject(modules, "default");
    ck_assert_ptr_nonnull(module);
    cJSON_AddNumberToObject(module, "version", 5);
    cJSON *entry = NULL;
    cJSON *functions = cJSON_GetObjectItem(cJSON_GetObjectItem(module, "memory"), "functions");
    cJSON_ArrayForEach(entry, cJSON_GetObjectItem(functions, "main"))
    {
        cJSON_DeleteItemFromObject(entry, "inputs");
        cJSON_DeleteItemFromObject(entry, "outputs");
    }
    char *aged = cJSON_Print(module);
    scratch_write("model/metadata.json", aged);
    free(aged);
    free(text);
    cJSON_Delete(module);
    cJSON_Delete(json);
    ck_assert_int_eq(rename(scratch_path("model/executor-config/graph/default.graph"),
                            scratch_path("model/executor-config/graph/graph.json")),
                     0);
}

START_TEST(a_graph_as_of_tvm_0_8)
{
    repack_open(MODELS "/digits_graph.tar");
    age();
    int code = program_run("run", repack_close(), "-b", RUN_BOARDS[_i], DIGITS_DATA, NULL);
    ck_assert_msg(code == 0, "%s", program_output);
}
END_TEST

/* AOT code of that time could not be asked for its tensors. */
START_TEST(aot_as_of_tvm_0_8_is_refused)
{
    repack_open(MODELS "/digits.tar");
    ck_assert_int_eq(remove(scratch_path("model/codegen/host/src/default_lib1.c")), 0);
    scratch_write("model/codegen/host/src/default_lib0.c", "int TVMSystemLibEntryPoint;\n");
    ck_assert_int_eq(program_run("run", repack_close(), "-b", RUN_BOARDS[0], DIGITS_DATA, NULL), 3);
    ASSERT_PRINTED("does not describe its tensors");
}
END_TEST

/* A firmware without an executor knows no shapes: the model's text does, where an importer wrote
 * it. */
START_TEST(shapes_of_a_model_without_an_executor)
{
    static const char WAS[] = "float32]) {";
    static const char NOW[] = "float32]) -> Tensor[(1, 10), float32] {";
    repack_open(MODELS "/digits_c.tar");
    char *text = repack_read(scratch_path("model/src/default.relay"));
    char *at = strstr(text, WAS);
    ck_assert_ptr_nonnull(at);
    char *typed = file_path("%.*s%s%s", (int)(at - text), text, NOW, at + strlen(WAS));
    scratch_write("model/src/default.relay", typed);
    free(typed);
    free(text);
    int code = program_run("run", repack_close(), "-b", RUN_BOARDS[0], "--project-type",
                           "aot_standalone_demo", "-i", MODELS "/digits_images.npy", NULL);
    ck_assert_msg(code == 0, "%s", program_output);
    ASSERT_PRINTED("output    float32 (100, 1, 10)");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("e2e_archives");
    TCase *tests = tcase_create("archives");
    tcase_set_timeout(tests, RUN_TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, a_given_runtime_in_cxx, 0, RUN_BOARDS_COUNT);
    tcase_add_loop_test(tests, linked_parameters_of_a_given_runtime, 0, RUN_BOARDS_COUNT);
    tcase_add_test(tests, shapes_of_a_model_without_an_executor);
    tcase_add_loop_test(tests, a_pure_virtual_call_is_told, 1, 3);
    tcase_add_test(tests, the_runtime_in_an_archive_is_not_built);
    tcase_add_test(tests, cxx_in_an_archive_is_built);
    tcase_add_loop_test(tests, two_models, 0, RUN_BOARDS_COUNT);
    tcase_add_test(tests, a_model_that_is_not_there);
    tcase_add_test(tests, two_models_in_objects);
    tcase_add_loop_test(tests, a_graph_as_of_tvm_0_8, 0, RUN_BOARDS_COUNT);
    tcase_add_test(tests, aot_as_of_tvm_0_8_is_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
