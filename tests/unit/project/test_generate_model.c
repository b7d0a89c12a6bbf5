/* generate_project: which model of an archive, with which runtime. */
#include "base/file.h"
#include "hostile/make_archive.h"
#include "hostile/scratch.h"
#include "project/manifest.h"
#include "unit/project/generate_fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void check_crt(const char *source)
{
    struct manifest manifest;
    generate();
    ck_assert(manifest_load(options.project_dir, &manifest, &err));
    ck_assert_str_eq(manifest.crt_source, source);
    manifest_dispose(&manifest);
    bool ours = access(scratch_path("in/project/crt/src/runtime/crt/common/ours.c"), F_OK) == 0;
    ck_assert_int_eq(ours, strcmp(source, "bundled") == 0);
    ck_assert(file_remove_tree(options.project_dir, &err));
}

START_TEST(takes_the_given_crt_or_the_bundled_one)
{
    scratch_write("crt/include/tvm/runtime/crt/crt.h", "");
    scratch_write("crt/src/runtime/crt/common/crt.c", "");
    scratch_write("crt/src/runtime/crt/aot_executor_module/module.c", "");
    scratch_write("crt/Makefile", "");
    scratch_write("no_crt/include/x.h", "");
    options.crt_dir = kept(4, "crt");
    check_crt("given");
    settings.crt = "given";
    check_crt("given");
    settings.crt = "bundled";
    check_crt("bundled");
    settings.crt = NULL;
    options.crt_dir = kept(4, "no_crt");
    check_crt("bundled");
    options.crt_dir = kept(4, "missing");
    check_crt("bundled");
    options.crt_dir = "";
    check_crt("bundled");
}
END_TEST

/* Who asks for the given runtime wants no other one in its place. */
START_TEST(refuses_to_take_another_crt_for_the_given_one)
{
    settings.crt = "given";
    refused(ERROR_USAGE, "option crt=given: standalone_crt_dir \"\" holds no C runtime");
    options.crt_dir = kept(4, "missing");
    refused(ERROR_USAGE, options.crt_dir);
}
END_TEST

/* As TVM's was until 0.8; an application needs none. */
START_TEST(refuses_a_crt_without_the_executor)
{
    scratch_write("crt/include/tvm/runtime/crt/crt.h", "");
    scratch_write("crt/src/runtime/crt/common/crt.c", "");
    options.crt_dir = kept(4, "crt");
    refused(ERROR_MODEL, "is for the AOT executor, and the C runtime in");
    settings.project_type = "other_type";
    check_crt("given");
    settings.project_type = NULL;
    scratch_write("crt/src/runtime/crt/aot_executor_module/x.c", "");
    check_crt("given");
}
END_TEST

#define PLAIN_MODEL(name)                                                                          \
    "{\"model_name\": \"" name "\", \"executors\": [\"aot\"], \"memory\": {\"functions\": {}}}"

/* All of them go into the firmware; the manifest is of one. */
START_TEST(takes_one_of_several_models)
{
    struct manifest manifest;
    FILE *tar = tar_create(scratch_path("two.tar"));
    tar_text(tar, "metadata.json",
             "{\"version\": 7, \"modules\": {\"a\": " PLAIN_MODEL("a") ", \"b\": " PLAIN_MODEL(
                 "b") "}}");
    tar_text(tar, "codegen/host/src/a_lib0.c", MODEL_SOURCE);
    tar_text(tar, "codegen/host/src/b_lib0.c", MODEL_SOURCE);
    tar_end(tar);
    options.model_path = kept(4, "two.tar");
    settings.module = "c";
    refused(ERROR_USAGE, "option module: \"c\": no such model in the archive (it holds: a, b)");
    settings.module = "b";
    generate();
    ck_assert(manifest_load(options.project_dir, &manifest, &err));
    ck_assert_str_eq(manifest.model.name, "b");
    ck_assert_str_eq(manifest.settings.module, "b");
    ck_assert_uint_eq(manifest.model.modules_count, 2);
    manifest_dispose(&manifest);
}
END_TEST

/* As TVM's own templates do: a host could call nothing in these, but it is the build that says so.
 */
START_TEST(takes_a_model_that_rpc_cannot_reach)
{
    static const char *const CODE[] = {
        "int32_t tvmgen_default_run(void);",
        "int TVMSystemLibEntryPoint;", /* AOT code of TVM 0.8 */
    };
    for (size_t i = 0; i < sizeof(CODE) / sizeof(CODE[0]); i++) {
        struct manifest manifest;
        FILE *tar = tar_create(scratch_path("m.tar"));
        tar_text(tar, "metadata.json", MODEL_METADATA);
        tar_text(tar, "codegen/host/src/default_lib0.c", CODE[i]);
        tar_end(tar);
        settings.project_type = "host_driven";
        generate();
        ck_assert_msg(manifest_load(options.project_dir, &manifest, &err), "%s", err.text);
        ck_assert(manifest.model.system_lib == (i == 1) && !manifest.model.c_metadata);
        manifest_dispose(&manifest);
        ck_assert(file_remove_tree(options.project_dir, &err));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("generate_model");
    TCase *tests = tcase_create("generate_model");
    tcase_add_checked_fixture(tests, generate_setup, scratch_remove);
    tcase_add_test(tests, takes_the_given_crt_or_the_bundled_one);
    tcase_add_test(tests, refuses_to_take_another_crt_for_the_given_one);
    tcase_add_test(tests, refuses_a_crt_without_the_executor);
    tcase_add_test(tests, takes_one_of_several_models);
    tcase_add_test(tests, takes_a_model_that_rpc_cannot_reach);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
