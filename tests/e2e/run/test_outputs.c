/* `run` and the names of a model's outputs: whose value is whose, in verdicts and in files; and
 * models that need another project type, or of which no firmware can be built. */
#include "base/file.h"
#include "client/npy.h"
#include "e2e/repack.h"
#include "e2e/run_program.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ORDER MODELS "/order"
#define REFUSED MODELS "/refused"
#define INPUTS "-i", "left=" ORDER "/left.npy", "-i", "right:0=" ORDER "/right.npy"
#define EXPECT(first, second, third)                                                               \
    "-e", first "=" ORDER "/order_0.npy", "-e", second "=" ORDER "/order_1.npy", "-e",             \
        third "=" ORDER "/order_2.npy"
#define HOST_DRIVEN "--project-type", "host_driven"

#define ASSERT_CODE(wanted, code) ck_assert_msg((code) == (wanted), "%s", program_output)
#define ASSERT_SILENT(text)                                                                        \
    ck_assert_msg(strstr(program_output, (text)) == NULL, "%s", program_output)

static struct error err;

/* SCRATCH/out/NAME holds the elements of the model's output INDEX. */
static void assert_file(const char *name, int index)
{
    enum { DATA_BYTES = 16 };
    char *got = NULL;
    char *want = NULL;
    size_t got_size;
    size_t want_size;
    char *path = file_path(ORDER "/order_%d.npy", index);
    ck_assert_msg(file_read(scratch_path("out/%s", name), 4096, &got, &got_size, &err), "%s",
                  err.text);
    ck_assert(file_read(path, 4096, &want, &want_size, &err));
    ck_assert_msg(memcmp(got + got_size - DATA_BYTES, want + want_size - DATA_BYTES, DATA_BYTES) ==
                      0,
                  "%s is not %s", name, path);
    free(got);
    free(want);
    free(path);
}

static const struct {
    const char *archive;
    const char *board;
    const char *files[3];
} NAMED[] = {
    {ORDER "/order.tar", "qemu_cortex_m3", {"z_0.npy", "a.b.npy", "a_b.npy"}},
    {ORDER "/order.tar", "qemu_riscv32", {"z_0.npy", "a.b.npy", "a_b.npy"}},
    {ORDER "/order_graph.tar", "mps2_an385", {"z_0.npy", "a.b.npy", "a_b.npy"}},
    {ORDER "/order_c.tar", "mps2_an385", {"z_0.npy", "a.b.npy", "m.npy"}},
    {ORDER "/order_pools.tar", "qemu_riscv32", {"z_0.npy", "a.b.npy", "m.npy"}},
};

START_TEST(files_have_the_right_names)
{
    int code = program_run("run", NAMED[_i].archive, "-b", NAMED[_i].board, INPUTS, "-o",
                           scratch_path("out"), NULL);
    ASSERT_CODE(0, code);
    ASSERT_SILENT("they are numbered");
    for (int i = 0; i < 3; i++)
        assert_file(NAMED[_i].files[i], i);
}
END_TEST

START_TEST(verdicts_go_by_name)
{
    const char *archive = _i ? ORDER "/order_graph.tar" : ORDER "/order.tar";
    ASSERT_CODE(0, program_run("run", archive, "-b", RUN_BOARDS[_i], INPUTS,
                               EXPECT("z:0", "a.b", "a_b"), NULL));
    /* as they would be in C, where that is clear; and by number */
    ASSERT_CODE(0, program_run("run", archive, "-b", RUN_BOARDS[_i], INPUTS,
                               EXPECT("z_0", "1", "#2"), NULL));
    ASSERT_CODE(1, program_run("run", archive, "-b", RUN_BOARDS[_i], INPUTS,
                               EXPECT("z:0", "a_b", "a.b"), NULL));
    ASSERT_CODE(2, program_run("run", archive, "-b", RUN_BOARDS[_i], INPUTS,
                               EXPECT("z:0", "a:b", "a_b"), NULL));
    ASSERT_PRINTED("--expect a:b: the model has no such tensor; it has 3:");
    ASSERT_PRINTED("--expect a.b=FILE.npy  float32, 16 bytes");
}
END_TEST

/* The graph alone does not know its outputs' names. */
START_TEST(names_that_nothing_tells)
{
    repack_open(ORDER "/order_graph.tar");
    ck_assert(file_remove_tree(scratch_path("model/src"), &err));
    const char *archive = strdup(repack_close());
    ASSERT_CODE(2, program_run("run", archive, "-b", RUN_BOARDS[1], INPUTS,
                               EXPECT("z:0", "a.b", "a_b"), NULL));
    ASSERT_PRINTED("note: nothing in the archive tells which of its outputs is which of \"a.b\", "
                   "\"a_b\", \"z:0\": they are numbered");
    ASSERT_PRINTED("--expect z:0: nothing in the archive tells");
    ASSERT_PRINTED("--expect 0=FILE.npy");
    ASSERT_SILENT("build ");
    ASSERT_CODE(0, program_run("run", archive, "-b", RUN_BOARDS[1], INPUTS, EXPECT("0", "1", "2"),
                               "-o", scratch_path("out"), NULL));
    ASSERT_PRINTED("note: nothing in the archive tells");
    assert_file("output0.npy", 0);
    assert_file("output1.npy", 1);
    assert_file("output2.npy", 2);
    free((char *)archive);
}
END_TEST

START_TEST(names_that_places_contradict)
{
    static const char NAMES[] = "\"z:0\", \"a.b\", \"a_b\"";
    repack_open(ORDER "/order.tar");
    char *relay = repack_read(scratch_path("model/src/default.relay"));
    char *names = strstr(relay, NAMES);
    ck_assert_ptr_nonnull(names);
    memcpy(names, "\"a.b\", \"z:0\", \"a_b\"", strlen(NAMES));
    scratch_write("model/src/default.relay", relay);
    ASSERT_CODE(0, program_run("run", repack_close(), "-b", RUN_BOARDS[2], INPUTS,
                               EXPECT("output0", "output1", "output2"), NULL));
    ASSERT_PRINTED(
        "note: src/default.relay and codegen/host/src/default_lib2.c contradict each other "
        "about the outputs");
    free(relay);
}
END_TEST

/* What lies in such an output is nobody's result. */
START_TEST(an_output_that_is_never_written)
{
    const char *out = scratch_path("out");
    ASSERT_CODE(0, program_run("run", ORDER "/twice.tar", "-b", RUN_BOARDS[_i], INPUTS, "-e",
                               "output1=" ORDER "/order_2.npy", "-o", out, NULL));
    ASSERT_PRINTED("note: output \"output2\" is never written: the model returns one tensor twice");
    ASSERT_PRINTED("output2   float32 (1, 4)  never written by the model's code\n");
    assert_file("output1.npy", 2);
    ck_assert_int_eq(access(scratch_path("out/output0.npy"), F_OK), 0);
    ck_assert_int_ne(access(scratch_path("out/output2.npy"), F_OK), 0);
    ASSERT_CODE(3, program_run("run", ORDER "/twice.tar", "-b", RUN_BOARDS[_i], INPUTS, "-e",
                               "output2=" ORDER "/order_0.npy", NULL));
    ASSERT_PRINTED("nothing can be expected of output \"output2\"");
    ASSERT_PRINTED("Executor(\"graph\")");
    ASSERT_SILENT("build ");
}
END_TEST

/* ---- models that the host cannot drive ---- */

START_TEST(the_project_type_is_chosen)
{
    ASSERT_CODE(0, program_run("run", ORDER "/order_c.tar", "-b", RUN_BOARDS[_i], INPUTS,
                               EXPECT("z:0", "a.b", "m"), NULL));
    ASSERT_PRINTED("note: project type aot_standalone_demo: the model has a C interface");
    ASSERT_PRINTED("us each by the board's clock");
    /* what the project was made as, it stays */
    const char *kept = scratch_path("kept");
    ASSERT_CODE(0, program_run("run", ORDER "/order_c.tar", "-b", RUN_BOARDS[_i], INPUTS, "--keep",
                               kept, NULL));
    char *manifest = repack_read(scratch_path("kept/project.json"));
    ck_assert_ptr_nonnull(strstr(manifest, "\"project_type\":\t\"aot_standalone_demo\""));
    free(manifest);
}
END_TEST

START_TEST(a_project_type_that_was_named)
{
    ASSERT_CODE(3, program_run("run", ORDER "/order_c.tar", "-b", RUN_BOARDS[0], INPUTS,
                               HOST_DRIVEN, NULL));
    ASSERT_PRINTED("Executor(\"aot\") and Runtime(\"crt\", {\"system-lib\": True})");
    ASSERT_PRINTED(
        "or take project type \"aot_standalone_demo\", which calls a model's C interface\n");
    ASSERT_SILENT("note: project type");
    /* the other way round, nothing is chosen for a model that needs no choice */
    ASSERT_CODE(0, program_run("run", ORDER "/order.tar", "-b", RUN_BOARDS[0], INPUTS, NULL));
    ASSERT_SILENT("note:");
}
END_TEST

static const struct {
    const char *archive;
    const char *texts[2];
} ARCHIVES[] = {
    {REFUSED "/c_system_lib.tar", {"exclude each other", "#17194"}},
    {REFUSED "/unpacked_system_lib.tar", {"exclude each other", "without \"unpacked-api\""}},
    {REFUSED "/unpacked.tar", {"no table of its functions", "{\"system-lib\": True}"}},
    {REFUSED "/keyword.tar", {"into C as \"int\"", "no word of C"}},
    {REFUSED "/half.tar", {"float16", "Export the model in float32"}},
};

START_TEST(refused_before_the_compiler_runs)
{
    for (int standalone = 0; standalone < 2; standalone++) {
        const char *type = standalone ? "aot_standalone_demo" : "host_driven";
        if (standalone && strstr(ARCHIVES[_i].archive, "/unpacked.tar"))
            continue; /* see below */
        ASSERT_CODE(3, program_run("run", ARCHIVES[_i].archive, "-b", RUN_BOARDS[0], "-i",
                                   ORDER "/left.npy", "--project-type", type, NULL));
        ASSERT_PRINTED(ARCHIVES[_i].texts[0]);
        ASSERT_PRINTED(ARCHIVES[_i].texts[1]);
        ASSERT_SILENT("build ");
    }
}
END_TEST

START_TEST(a_model_that_nothing_can_call)
{
    ASSERT_CODE(3, program_run("run", REFUSED "/unpacked.tar", "-b", RUN_BOARDS[0], "-i",
                               ORDER "/left.npy", NULL));
    ASSERT_PRINTED("Executor(\"aot\", {\"interface-api\": \"c\", \"unpacked-api\": True})");
    ASSERT_PRINTED("{\"system-lib\": True}");
    ASSERT_CODE(3, program_run("run", REFUSED "/unpacked.tar", "-b", RUN_BOARDS[0], "-i",
                               ORDER "/left.npy", "--project-type", "aot_standalone_demo", NULL));
    ASSERT_PRINTED("Executor(\"aot\", {\"interface-api\": \"c\", \"unpacked-api\": True})");
}
END_TEST

/* Who has a compiler that knows the type may say how it is called there. */
START_TEST(float16_by_another_name)
{
    uint16_t elements[4] = {0};
    const struct tensor zeros = {.code = TENSOR_FLOAT,
                                 .bits = 16,
                                 .ndim = 2,
                                 .shape = {1, 4},
                                 .size_bytes = sizeof(elements),
                                 .data = elements};
    ck_assert_msg(npy_save(scratch_path("half.npy"), &zeros, &err), "%s", err.text);
    ASSERT_CODE(4, program_run("run", REFUSED "/half.tar", "-b", RUN_BOARDS[0], "-i",
                               scratch_path("half.npy"), "--option",
                               "compile_definitions=half=no_such_type", NULL));
    ASSERT_PRINTED("no_such_type");
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

int main(void)
{
    Suite *suite = suite_create("e2e_outputs");
    TCase *tests = tcase_create("outputs");
    tcase_set_timeout(tests, RUN_TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, files_have_the_right_names, 0, COUNT(NAMED));
    tcase_add_loop_test(tests, verdicts_go_by_name, 0, 2);
    tcase_add_test(tests, names_that_nothing_tells);
    tcase_add_test(tests, names_that_places_contradict);
    tcase_add_loop_test(tests, an_output_that_is_never_written, 0, 2);
    tcase_add_loop_test(tests, the_project_type_is_chosen, 0, RUN_BOARDS_COUNT);
    tcase_add_test(tests, a_project_type_that_was_named);
    tcase_add_loop_test(tests, refused_before_the_compiler_runs, 0, COUNT(ARCHIVES));
    tcase_add_test(tests, a_model_that_nothing_can_call);
    tcase_add_test(tests, float16_by_another_name);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
