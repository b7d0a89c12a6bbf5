/* `microtvm-qemu run` as a CI job calls it: real models on real QEMU, and an exit code and words
 * for everything that can go wrong. */
#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "client/compare.h"
#include "client/npy.h"
#include "e2e/run_program.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define PROGRAM BUILD_DIR "/bin/microtvm-qemu"
#define DIGITS MODELS "/digits.tar", "--input", MODELS "/digits_images.npy"

static char dir[] = "/tmp/test_run-XXXXXX"; /* TMPDIR of the program, and where outputs go */
static struct error err;

static void make_dir(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(setenv("TMPDIR", dir, 1), 0);
}

static void remove_dir(void)
{
    ck_assert_msg(file_remove_tree(dir, &err), "%s", err.text);
}

static const char *in_dir(const char *name)
{
    static char paths[4][128];
    static int next;
    next = (next + 1) % 4;
    snprintf(paths[next], sizeof(paths[next]), "%s/%s", dir, name);
    return paths[next];
}

/* Nothing of a run may stay in TMPDIR. */
static bool left_behind(void)
{
    cleanup_dir DIR *stream = opendir(dir);
    bool found = false;
    ck_assert_ptr_nonnull(stream);
    for (struct dirent *entry = readdir(stream); entry; entry = readdir(stream))
        found = found || strncmp(entry->d_name, "microtvm-qemu-", 14) == 0;
    return found;
}

/* microtvm-qemu run ARG... NULL; its exit code, -1 when a signal ended it. */
static int run(const char *first, ...)
{
    const char *arguments[32] = {"run", first};
    int count = 2;
    va_list more;
    va_start(more, first);
    while ((arguments[count] = va_arg(more, const char *)))
        count++;
    va_end(more);
    int status = program_run_list(arguments);
    ck_assert_msg(!left_behind(), "a project stays in TMPDIR: %s", program_output);
    return status;
}

/* All 100 images match what the host computed, and the files that are written say the same. */
START_TEST(digits)
{
    struct tensor got;
    struct tensor expected;
    struct tolerance tolerance = {.rtol = 1e-5, .atol = 1e-5};
    const char *results = in_dir(RUN_BOARDS[_i]);
    int code = run(DIGITS, "--board", RUN_BOARDS[_i], "--expect",
                   "output=" MODELS "/digits_expected.npy", "--output", results, NULL);
    ck_assert_msg(code == 0, "%s", program_output);
    ASSERT_PRINTED("100 inferences");
    ASSERT_PRINTED("float32 (100, 1, 10)");
    ASSERT_PRINTED(": matches");
    cleanup_free char *path = file_path("%s/output.npy", results);
    ck_assert_msg(npy_load(path, &got, &err), "%s", err.text);
    ck_assert(npy_load(MODELS "/digits_expected.npy", &expected, &err));
    ck_assert_uint_eq(got.size_bytes, expected.size_bytes);
    ck_assert_int_eq(got.ndim, expected.ndim);
    ck_assert_int_eq(tensor_compare(&got, &expected, &tolerance).mismatches, 0);
    tensor_dispose(&got);
    tensor_dispose(&expected);
}
END_TEST

/* (100, 1, ...) as (100, ...). */
static const char *as_rows(const char *name)
{
    struct tensor tensor;
    cleanup_free char *from = file_path(MODELS "/%s", name);
    const char *path = in_dir(name);
    ck_assert_msg(npy_load(from, &tensor, &err), "%s", err.text);
    tensor.ndim--;
    memmove(tensor.shape + 1, tensor.shape + 2, (size_t)(tensor.ndim - 1) * sizeof(int64_t));
    ck_assert_msg(npy_save(path, &tensor, &err), "%s", err.text);
    tensor_dispose(&tensor);
    return path;
}

/* Rows in, rows out: whether the host drives the model or the firmware itself. */
START_TEST(rows)
{
    static const char *const ARCHIVES[] = {"digits.tar", "digits_graph.tar", "digits_c.tar"};
    cleanup_free char *archive = file_path(MODELS "/%s", ARCHIVES[_i]);
    const char *type =
        strcmp(ARCHIVES[_i], "digits_c.tar") == 0 ? "aot_standalone_demo" : "host_driven";
    int code = run(archive, "-b", RUN_BOARDS[_i], "--project-type", type, "-i",
                   as_rows("digits_images.npy"), "-e", as_rows("digits_expected.npy"), NULL);
    ck_assert_msg(code == 0, "%s", program_output);
    ASSERT_PRINTED("100 inferences");
    ASSERT_PRINTED("output    float32 (100, 10)");
}
END_TEST

/* Two inputs and two outputs of different types, by name and by place. */
START_TEST(pair)
{
    int code = run(MODELS "/pair.tar", "-b", RUN_BOARDS[_i], "-i", MODELS "/pair_signal.npy", "-i",
                   "codes=" MODELS "/pair_codes.npy", "-e", "output1=" MODELS "/pair_output1.npy",
                   "-e", "output0=" MODELS "/pair_output0.npy", "--option", "optimization=s", NULL);
    ck_assert_msg(code == 0, "%s", program_output);
    ASSERT_PRINTED("output0   float32 (8, 1, 6)");
    ASSERT_PRINTED("output1   int8 (8, 1, 4, 4, 2)");
}
END_TEST

/* The graph executor, with its weights linked in. */
START_TEST(digits_graph)
{
    int code = run(MODELS "/digits_graph.tar", "-i", MODELS "/digits_images.npy", "-e",
                   MODELS "/digits_expected.npy", "-b", RUN_BOARDS[_i], NULL);
    ck_assert_msg(code == 0, "%s", program_output);
    ASSERT_PRINTED("100 inferences");
}
END_TEST

/* And with parameters in a file of the archive, which `run` links into the firmware, */
START_TEST(pair_graph)
{
    int code =
        run(MODELS "/pair_graph.tar", "-b", RUN_BOARDS[_i], "-i", MODELS "/pair_signal.npy", "-i",
            "codes=" MODELS "/pair_codes.npy", "-e", "output1=" MODELS "/pair_output1.npy", "-e",
            "output0=" MODELS "/pair_output0.npy", NULL);
    ck_assert_msg(code == 0, "%s", program_output);
}
END_TEST

/* or sends to the board. */
START_TEST(pair_graph_sends)
{
    int code = run(MODELS "/pair_graph.tar", "-b", RUN_BOARDS[1], "-i", MODELS "/pair_signal.npy",
                   "-i", MODELS "/pair_codes.npy", "-e", MODELS "/pair_output0.npy", "-e",
                   MODELS "/pair_output1.npy", "--option", "link_parameters=false", NULL);
    ck_assert_msg(code == 0, "%s", program_output);
}
END_TEST

/* --keep leaves a whole project; a second run into it is refused. */
START_TEST(kept_project)
{
    const char *kept = in_dir("kept");
    ck_assert_int_eq(run(DIGITS, "-b", RUN_BOARDS[0], "--keep", kept, "--verbose", NULL), 0);
    ASSERT_PRINTED("output    float32 (100, 1, 10)  [");
    ASSERT_PRINTED(" ms  flash ");
    ASSERT_PRINTED(" bytes (");
    cleanup_free char *elf = file_path("%s/build/firmware.elf", kept);
    ck_assert_int_eq(access(elf, R_OK), 0);
    ck_assert_int_eq(run(DIGITS, "-b", RUN_BOARDS[0], "--keep", kept, NULL), 2);
    ASSERT_PRINTED(kept);
    ck_assert_int_eq(access(elf, R_OK), 0);
}
END_TEST

/* One value changed by more than the tolerance: exit code 1, and where. */
START_TEST(mismatch)
{
    struct tensor expected;
    const char *path = in_dir("changed.npy");
    ck_assert(npy_load(MODELS "/digits_expected.npy", &expected, &err));
    ((float *)expected.data)[37] += 0.01F;
    ck_assert(npy_save(path, &expected, &err));
    tensor_dispose(&expected);
    ck_assert_int_eq(run(DIGITS, "-b", RUN_BOARDS[1], "--expect", path, NULL), 1);
    ASSERT_PRINTED("MISMATCH in 1 of 1000 elements, first at [3, 0, 7]");
    ck_assert_int_eq(run(DIGITS, "-b", RUN_BOARDS[1], "--expect", path, "--atol", "0.02", NULL), 0);
}
END_TEST

START_TEST(bad_input)
{
    ck_assert_int_eq(run(MODELS "/pair.tar", "-b", RUN_BOARDS[0], NULL), 2);
    ASSERT_PRINTED("no --input for \"signal\"");
    ASSERT_PRINTED("--input signal=FILE.npy  float32, 64 bytes");
    ASSERT_PRINTED("--input codes=FILE.npy  int8, 32 bytes");
    ck_assert_int_eq(
        run(MODELS "/digits.tar", "-b", RUN_BOARDS[0], "-i", MODELS "/digits_labels.npy", NULL), 2);
    ASSERT_PRINTED("holds int32, the model has float32");
    ck_assert_int_eq(run(MODELS "/digits.tar", "-b", RUN_BOARDS[0], "-i", "nowhere.npy", NULL), 2);
    ASSERT_PRINTED("nowhere.npy: No such file or directory");
    ck_assert_int_eq(run("nowhere.tar", "-b", RUN_BOARDS[0], NULL), 2);
    ASSERT_PRINTED("nowhere.tar: No such file or directory");
    ck_assert_int_eq(run(DIGITS, "-b", "qemu_cortex_m4", NULL), 2);
    ASSERT_PRINTED("board \"qemu_cortex_m4\": no such board (have: ");
    ASSERT_PRINTED(", mps2_an385, ");
    ck_assert_int_eq(run(DIGITS, "-b", RUN_BOARDS[0], "--crt-dir", dir, NULL), 2);
    ASSERT_PRINTED("no C runtime there");
}
END_TEST

START_TEST(refused_archive)
{
    ck_assert_int_eq(run(MODELS "/README.md", "-b", RUN_BOARDS[0], NULL), 3);
    ASSERT_PRINTED(MODELS "/README.md");
    ck_assert_int_eq(run(MODELS "/digits_c.tar", "-i", MODELS "/digits_images.npy", "-b",
                         RUN_BOARDS[0], "--project-type", "host_driven", NULL),
                     3);
    ASSERT_PRINTED("no table of its functions");
}
END_TEST

/* More memory than the board has: how much, and where it would fit. */
START_TEST(does_not_fit)
{
    ck_assert_int_eq(
        run(DIGITS, "-b", RUN_BOARDS[0], "--option", "workspace_size_bytes=100000", NULL), 4);
    ASSERT_PRINTED("RAM");
    ASSERT_PRINTED("mps2_an385");
    ck_assert_int_eq(
        run(DIGITS, "-b", RUN_BOARDS[0], "--option", "compile_definitions=float=", NULL), 4);
    ASSERT_PRINTED("error: ");
}
END_TEST

/* QEMU that does not start: its own words. */
START_TEST(device_fails)
{
    ck_assert_int_eq(
        run(DIGITS, "-b", RUN_BOARDS[0], "--option", "qemu_args=-no-such-argument", NULL), 5);
    ASSERT_PRINTED("-no-such-argument");
}
END_TEST

START_TEST(missing_program)
{
    ck_assert_int_eq(setenv("PATH", dir, 1), 0);
    ck_assert_int_eq(run(DIGITS, "-b", RUN_BOARDS[0], NULL), 6);
    ASSERT_PRINTED("cmake");
}
END_TEST

START_TEST(no_place_for_files)
{
    ck_assert_int_eq(setenv("TMPDIR", "/nonexistent", 1), 0);
    ck_assert_int_eq(run(DIGITS, "-b", RUN_BOARDS[0], NULL), 7);
    ASSERT_PRINTED("/nonexistent/");
}
END_TEST

/* --deadline holds for all of it, and --output leaves no folder when there is nothing to put in. */
START_TEST(deadline)
{
    int code = run(DIGITS, "-b", RUN_BOARDS[1], "--deadline", "0.05", "-o", in_dir("late"), NULL);
    ck_assert_msg(code == 124, "%s", program_output);
    ASSERT_PRINTED("--deadline 0.05: not done after so many seconds, at the step ");
    ck_assert_int_ne(access(in_dir("late"), F_OK), 0);
    ck_assert_int_eq(run(DIGITS, "-b", RUN_BOARDS[0], "--deadline", "200", NULL), 0);
}
END_TEST

START_TEST(call_takes_too_long)
{
    int code = run(DIGITS, "-b", RUN_BOARDS[1], "--timeout", "0.001", "-o", in_dir("slow"), NULL);
    ck_assert_msg(code == 5, "%s", program_output);
    ASSERT_PRINTED("--timeout SECONDS gives each call on the device more than 0.001 s");
    ck_assert_int_ne(access(in_dir("slow"), F_OK), 0);
}
END_TEST

/* Ctrl-C at any moment: exit code 130 at once, nothing left behind. */
START_TEST(interrupted)
{
    static const int DELAYS_MS[] = {5, 60, 300, 900, 1500};
    const char *argv[] = {PROGRAM, "run", DIGITS, "-b", RUN_BOARDS[1], NULL};
    struct child child;
    cleanup_fd int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    struct child_options options = {.argv = argv,
                                    .stdin_fd = -1,
                                    .stdout_fd = null_fd,
                                    .stderr_fd = STDERR_FILENO,
                                    .parent_death_signal = SIGTERM};
    int status;
    ck_assert_msg(child_start(&options, deadline_in_ms(60000), NULL, &child, &err), "%s", err.text);
    if (!child_wait(&child, deadline_in_ms(DELAYS_MS[_i]), NULL, &status, &err)) {
        ck_assert_int_eq(kill(child.pid, SIGINT), 0);
        ck_assert_msg(child_wait(&child, deadline_in_ms(10000), NULL, &status, &err), "%s",
                      err.text);
    }
    ck_assert(WIFEXITED(status) || WTERMSIG(status) == SIGINT); /* before it could take signals */
    if (WIFEXITED(status))
        ck_assert(WEXITSTATUS(status) == 130 || WEXITSTATUS(status) == 0);
    ck_assert(!left_behind());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("e2e_run");
    TCase *tests = tcase_create("run");
    tcase_set_timeout(tests, RUN_TEST_TIMEOUT_S);
    tcase_add_unchecked_fixture(tests, make_dir, remove_dir);
    tcase_add_loop_test(tests, digits, 0, RUN_BOARDS_COUNT);
    tcase_add_loop_test(tests, rows, 0, 3);
    tcase_add_loop_test(tests, pair, 0, RUN_BOARDS_COUNT);
    tcase_add_loop_test(tests, digits_graph, 0, RUN_BOARDS_COUNT);
    tcase_add_loop_test(tests, pair_graph, 0, RUN_BOARDS_COUNT);
    tcase_add_test(tests, pair_graph_sends);
    tcase_add_test(tests, kept_project);
    tcase_add_test(tests, mismatch);
    tcase_add_test(tests, bad_input);
    tcase_add_test(tests, refused_archive);
    tcase_add_test(tests, does_not_fit);
    tcase_add_test(tests, device_fails);
    tcase_add_test(tests, missing_program);
    tcase_add_test(tests, no_place_for_files);
    tcase_add_test(tests, deadline);
    tcase_add_test(tests, call_takes_too_long);
    tcase_add_loop_test(tests, interrupted, 0, 5);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
