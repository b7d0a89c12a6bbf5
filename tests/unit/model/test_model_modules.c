/* Archives that hold several models. */
#include "hostile/make_archive.h"
#include "hostile/scratch.h"
#include "model/load.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct model model;

#define TENSOR(name) "\"" name "\": {\"dtype\": \"int8\", \"size\": 1}"
#define MODULE(name)                                                                               \
    "\"" name "\": {\"model_name\": \"" name "\", \"executors\": [\"aot\"], \"memory\": {"         \
    "\"functions\": {\"main\": [{\"inputs\": {" TENSOR("p") "," TENSOR(                            \
        "q") "}, \"outputs\": {" TENSOR(name) "}}]}}}"
#define SEVERAL "{\"version\": 7, \"modules\": {" MODULE("a") "," MODULE("a-x") "}}"
#define TABLE(first, second)                                                                       \
    "TVMSystemLibEntryPoint get_c_metadata TVMTensorInfo kTvmgenMetadata_inputs[2] = {{\"" first   \
    "\"}, {\"" second "\"}};"

/* Two that share a folder: each one's code by the names of its files. */
START_TEST(reads_one_of_several_models)
{
    scratch_write("metadata.json", SEVERAL);
    scratch_write("codegen/host/src/a_lib0.c", TABLE("q", "p"));
    scratch_write("codegen/host/src/a-x_lib0.c", TABLE("p", "q"));
    scratch_write("codegen/host/include/tvmgen_a_x.h", "");
    ck_assert_msg(model_load_dir(scratch_path("."), NULL, &model, &err), "%s", err.text);
    ck_assert_str_eq(model.name, "a");
    ck_assert_str_eq(model.inputs[0].name, "q");
    ck_assert_str_eq(model.inputs[1].name, "p");
    ck_assert_str_eq(model.outputs[0].name, "a");
    ck_assert(model.system_lib && model.c_metadata);
    ck_assert(!model.c_interface);
    model_dispose(&model);
    ck_assert(model_load_dir(scratch_path("."), "a-x", &model, &err));
    ck_assert_str_eq(model.name, "a-x");
    ck_assert_str_eq(model.inputs[0].name, "p");
    ck_assert_str_eq(model.inputs[1].name, "q");
    ck_assert(model.c_interface);
    ck_assert_uint_eq(model.modules_count, 2);
    ck_assert_str_eq(model.modules[0].name, "a");
    ck_assert_str_eq(model.modules[1].executor, "aot");
    model_dispose(&model);
}
END_TEST

START_TEST(refuses_a_model_that_is_not_there)
{
    scratch_write("metadata.json", SEVERAL);
    scratch_write("codegen/host/src/a_lib0.c", MODEL_SOURCE);
    ck_assert(!model_load_dir(scratch_path("."), "b", &model, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, "\"b\": no such model in the archive (it holds: a, a-x)") !=
                      NULL,
                  "%s", err.text);
    /* There, but without code: that of another one is not taken for it. */
    ck_assert(!model_load_dir(scratch_path("."), "a-x", &model, &err));
    ck_assert_msg(strstr(err.text, "no code of \"a-x\"") != NULL, "%s", err.text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model_modules");
    TCase *tests = tcase_create("model_modules");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, reads_one_of_several_models);
    tcase_add_test(tests, refuses_a_model_that_is_not_there);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
