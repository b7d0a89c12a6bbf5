/* The folder of --output: it is there with all of its files, or as it was before. */
#include "base/file.h"
#include "client/npy.h"
#include "commands/run/tensors/results.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test_run_results-XXXXXX";
static struct error err;

static float values[2][4] = {{1, 2, 3, 4}, {5, 6, 7, 8}};
static struct tensor outputs[] = {
    {.code = TENSOR_FLOAT,
     .bits = 32,
     .ndim = 1,
     .shape = {4},
     .size_bytes = 16,
     .data = values[0]},
    {.code = TENSOR_FLOAT,
     .bits = 32,
     .ndim = 1,
     .shape = {4},
     .size_bytes = 16,
     .data = values[1]},
};
static struct model_port ports[] = {{.name = "y"}, {.name = "z"}};
static const struct run_data DATA = {.outputs = outputs, .outputs_count = 2};
static const struct device_model MODEL = {.outputs = ports, .outputs_count = 2};

static void make_dir(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
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

static bool is_there(const char *name)
{
    return access(in_dir(name), F_OK) == 0;
}

START_TEST(checks_and_makes_nothing)
{
    ck_assert_msg(results_check("output", in_dir("a/b//c/"), &err), "%s", err.text);
    ck_assert(!is_there("a"));
    ck_assert_msg(results_check("output", dir, &err), "%s", err.text);
    ck_assert_int_eq(chdir(dir), 0);
    ck_assert_msg(results_check("output", "a/b", &err), "%s", err.text);
    ck_assert_msg(results_check("output", ".", &err), "%s", err.text);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert(!is_there("a"));
}
END_TEST

START_TEST(what_is_in_the_way)
{
    ck_assert(file_write(in_dir("file"), "x", 1, 0644, &err));
    ck_assert(!results_check("output", in_dir("file"), &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(err.text, "Not a directory"));
    ck_assert(!results_check("output", in_dir("file/below"), &err));
    ck_assert_ptr_nonnull(strstr(err.text, "Not a directory"));
    ck_assert(!results_check("output", "", &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
}
END_TEST

START_TEST(writes_all)
{
    struct tensor got;
    ck_assert_msg(results_write(&DATA, &MODEL, in_dir("a/b/"), &err), "%s", err.text);
    ck_assert_msg(results_write(&DATA, &MODEL, in_dir("a/b"), &err), "again: %s", err.text);
    ck_assert_msg(npy_load(in_dir("a/b/z.npy"), &got, &err), "%s", err.text);
    ck_assert_mem_eq(got.data, values[1], 16);
    tensor_dispose(&got);
    ck_assert(is_there("a/b/y.npy"));
    ck_assert(!is_there("a/b/.y.npy.part") && !is_there("a/b/.z.npy.part"));
}
END_TEST

/* What the model's code never writes has no file. */
START_TEST(nothing_without_data)
{
    struct tensor some[] = {outputs[0], outputs[1]};
    const struct run_data data = {.outputs = some, .outputs_count = 2};
    some[0].data = NULL;
    ck_assert_msg(results_write(&data, &MODEL, in_dir("some"), &err), "%s", err.text);
    ck_assert(is_there("some/z.npy") && !is_there("some/y.npy") && !is_there("some/.y.npy.part"));
}
END_TEST

/* The second file cannot be written: no first one is left, and no folder that was not there. */
START_TEST(all_or_none)
{
    ck_assert(file_make_dirs(in_dir("old/.z.npy.part/x"), &err));
    ck_assert(file_write(in_dir("old/y.npy"), "old", 3, 0644, &err));
    ck_assert(!results_write(&DATA, &MODEL, in_dir("old"), &err));
    char *text;
    ck_assert_msg(file_read(in_dir("old/y.npy"), 100, &text, NULL, &err), "%s", err.text);
    ck_assert_str_eq(text, "old");
    free(text);
    ck_assert(!is_there("old/.y.npy.part"));
}
END_TEST

/* The second file is too large. */
START_TEST(no_folder_after_a_failure)
{
    enum { MOST_BYTES = 1 << 20 };
    static uint8_t many[2 * MOST_BYTES];
    const struct rlimit limit = {MOST_BYTES, MOST_BYTES};
    struct tensor unwritable[] = {outputs[0], outputs[1]};
    const struct run_data data = {.outputs = unwritable, .outputs_count = 2};
    unwritable[1].shape[0] = sizeof(many) / sizeof(float);
    unwritable[1].size_bytes = sizeof(many);
    unwritable[1].data = many;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert(!results_write(&data, &MODEL, in_dir("new/er/est"), &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_msg(!is_there("new"), "a folder is left");
    ck_assert(file_make_dirs(in_dir("there"), &err));
    ck_assert(!results_write(&data, &MODEL, in_dir("there"), &err));
    ck_assert(is_there("there"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_results");
    TCase *tests = tcase_create("results");
    tcase_add_checked_fixture(tests, make_dir, remove_dir);
    tcase_add_test(tests, checks_and_makes_nothing);
    tcase_add_test(tests, what_is_in_the_way);
    tcase_add_test(tests, writes_all);
    tcase_add_test(tests, nothing_without_data);
    tcase_add_test(tests, all_or_none);
    tcase_add_test(tests, no_folder_after_a_failure);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
