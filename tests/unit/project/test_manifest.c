/* project.json: there and back, and what it does with a file that someone edited. */
#include "base/file.h"
#include "hostile/scratch.h"
#include "project/manifest.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct error err;

static struct model_tensor inputs[] = {{.name = "x:0",
                                        .dtype = "float32",
                                        .size_bytes = 256,
                                        .has_shape = true,
                                        .ndim = 2,
                                        .shape = {1, 64}},
                                       {.name = "a\"\xc3\xa9"}};
static struct model_tensor outputs[] = {{.name = "output",
                                         .dtype = "int8",
                                         .size_bytes = 999999999999999,
                                         .has_shape = true,
                                         .unwritten = true}};

static struct model_module modules[] = {{"default", "aot"}, {"other", "graph"}};

static struct manifest sample(void)
{
    struct manifest manifest = {
        .crt_source = "bundled",
        .model = {.name = "default",
                  .executor = "aot",
                  .version = 7,
                  .inputs = inputs,
                  .inputs_count = 2,
                  .outputs = outputs,
                  .outputs_count = 1,
                  .outputs_note = "nobody knows \"which\"",
                  .io_size_bytes = 1280,
                  .system_lib = true,
                  .c_metadata = true,
                  .linked_params = true,
                  .modules = modules,
                  .modules_count = 2},
    };
    settings_init(&manifest.settings);
    manifest.settings.board = "mps2_an385";
    manifest.settings.config_main_stack_size = 4096;
    return manifest;
}

START_TEST(goes_there_and_back)
{
    struct manifest saved = sample();
    struct manifest loaded;
    ck_assert(!manifest_exists(scratch_path(".")));
    ck_assert_msg(manifest_save(scratch_path("."), &saved, &err), "%s", err.text);
    ck_assert(manifest_exists(scratch_path(".")));
    ck_assert_msg(manifest_load(scratch_path("."), &loaded, &err), "%s", err.text);
    ck_assert_str_eq(loaded.crt_source, "bundled");
    ck_assert_str_eq(loaded.model.name, "default");
    ck_assert_str_eq(loaded.model.executor, "aot");
    ck_assert_int_eq(loaded.model.version, 7);
    ck_assert_uint_eq(loaded.model.inputs_count, 2);
    ck_assert_str_eq(loaded.model.inputs[1].name, inputs[1].name);
    ck_assert_ptr_null(loaded.model.inputs[1].dtype);
    ck_assert_uint_eq(loaded.model.inputs[0].size_bytes, 256);
    ck_assert(loaded.model.inputs[0].has_shape && !loaded.model.inputs[1].has_shape);
    ck_assert_int_eq(loaded.model.inputs[0].ndim, 2);
    ck_assert_int_eq(loaded.model.inputs[0].shape[1], 64);
    ck_assert(loaded.model.outputs[0].has_shape && loaded.model.outputs[0].ndim == 0);
    ck_assert_uint_eq(loaded.model.outputs[0].size_bytes, outputs[0].size_bytes);
    ck_assert(loaded.model.outputs[0].unwritten && !loaded.model.inputs[0].unwritten);
    ck_assert_str_eq(loaded.model.outputs_note, saved.model.outputs_note);
    ck_assert_ptr_null(loaded.model.inputs_note);
    ck_assert_uint_eq(loaded.model.io_size_bytes, 1280);
    ck_assert(loaded.model.system_lib);
    ck_assert(loaded.model.c_metadata && loaded.model.linked_params);
    ck_assert_uint_eq(loaded.model.modules_count, 2);
    ck_assert_str_eq(loaded.model.modules[1].name, "other");
    ck_assert_str_eq(loaded.model.modules[1].executor, "graph");
    ck_assert(!loaded.model.c_interface);
    ck_assert_str_eq(loaded.settings.board, "mps2_an385");
    ck_assert_int_eq(loaded.settings.config_main_stack_size, 4096);
    ck_assert_int_eq(loaded.settings.icount, -1);
    manifest_dispose(&loaded);
    manifest_dispose(&loaded);
}
END_TEST

START_TEST(what_was_generated_outlives_builds)
{
    struct manifest manifest = sample();
    ck_assert(manifest_save(scratch_path("."), &manifest, &err));
    for (int i = 0; i < 3; i++) {
        ck_assert_msg(manifest_load(scratch_path("."), &manifest, &err), "%s", err.text);
        ck_assert_int_eq(manifest.settings.config_main_stack_size, i == 0 ? 4096 : 8191 + i);
        ck_assert_int_eq(manifest.generated.config_main_stack_size, 4096);
        manifest.settings.config_main_stack_size = 8192 + i;
        ck_assert(manifest_save(scratch_path("."), &manifest, &err));
        ck_assert_msg(manifest_forget_build(&manifest, &err), "%s", err.text);
        ck_assert_int_eq(manifest.settings.config_main_stack_size, 4096);
        ck_assert_str_eq(manifest.settings.board, "mps2_an385");
        manifest_dispose(&manifest);
    }
}
END_TEST

/* The file's time decides whether a build is configured anew. */
START_TEST(a_save_of_the_same_leaves_the_file_alone)
{
    struct manifest manifest = sample();
    struct stat before;
    struct stat after;
    ck_assert(manifest_save(scratch_path("."), &manifest, &err));
    ck_assert_int_eq(stat(scratch_path("project.json"), &before), 0);
    ck_assert(manifest_save(scratch_path("."), &manifest, &err));
    ck_assert_int_eq(stat(scratch_path("project.json"), &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    manifest.settings.config_main_stack_size = 1;
    ck_assert(manifest_save(scratch_path("."), &manifest, &err));
    ck_assert_int_eq(stat(scratch_path("project.json"), &after), 0);
    ck_assert_uint_ne(before.st_ino, after.st_ino);
}
END_TEST

START_TEST(a_missing_file_is_a_system_error)
{
    struct manifest manifest;
    ck_assert(!manifest_load(scratch_path("."), &manifest, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_int_eq(err.os, ENOENT);
    ck_assert_ptr_nonnull(strstr(err.text, "project.json"));
}
END_TEST

static const struct {
    const char *from; /* in a good file */
    const char *to;
    const char *why;
} EDITS[] = {
    {"{", "", "not JSON"},
    {"\"format\":\t1", "\"format\":\t2", "\"format\": not 1"},
    {"\"format\":\t1", "\"format\":\t\"1\"", "\"format\": not a whole number"},
    {"\"name\":\t\"default\"", "\"name\":\t7", "\"model\": \"name\": not a string"},
    {"\"executor\":", "\"x\":", "\"model\": \"executor\": missing"},
    {"\"inputs\":\t[", "\"inputs\":\t5, \"x\":[", "\"model\": \"inputs\": not a list"},
    {"\"size_bytes\":\t256", "\"size_bytes\":\t-256", "\"inputs\": \"size_bytes\": not a whole"},
    {"\"system_lib\":\ttrue", "\"system_lib\":\t1", "\"system_lib\": neither true nor false"},
    {"\"board\":", "\"bord\":", "option bord: there is none"},
    {"\"options\":", "\"x\":", "options: not an object"},
    {"\"generated\":\t{", "\"generated\":\t3, \"x\":{", "options: not an object"},
};

START_TEST(an_edit_that_breaks_it_is_named)
{
    struct manifest manifest = sample();
    char *text = NULL;
    char edited[8192];
    ck_assert(manifest_save(scratch_path("."), &manifest, &err));
    ck_assert(file_read(scratch_path("project.json"), sizeof(edited), &text, NULL, &err));
    char *at = strstr(text, EDITS[_i].from);
    ck_assert_msg(at != NULL, "no %s in %s", EDITS[_i].from, text);
    snprintf(edited, sizeof(edited), "%.*s%s%s", (int)(at - text), text, EDITS[_i].to,
             at + strlen(EDITS[_i].from));
    free(text);
    scratch_write("project.json", edited);
    ck_assert(!manifest_load(scratch_path("."), &manifest, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, EDITS[_i].why) && strstr(err.text, "project.json"), "%s",
                  err.text);
}
END_TEST

START_TEST(a_full_disk_leaves_the_old_file)
{
    struct manifest manifest = sample();
    struct manifest loaded;
    char *name = NULL;
    if (!scratch_mount("a_full_disk_leaves_the_old_file", "small", 65536, false))
        return;
    ck_assert(manifest_save(scratch_path("small"), &manifest, &err));
    name = calloc(1, 100000);
    ck_assert_ptr_nonnull(name);
    memset(name, 'a', 99999);
    manifest.model.name = name;
    ck_assert(!manifest_save(scratch_path("small"), &manifest, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_int_eq(err.os, ENOSPC);
    free(name);
    ck_assert(manifest_load(scratch_path("small"), &loaded, &err));
    ck_assert_str_eq(loaded.model.name, "default");
    manifest_dispose(&loaded);
    char *listing = scratch_listing(scratch_path("small"));
    ck_assert_ptr_null(strchr(strchr(listing, '\n') + 1, '\n')); /* one file */
    free(listing);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("manifest");
    TCase *tests = tcase_create("manifest");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, goes_there_and_back);
    tcase_add_test(tests, what_was_generated_outlives_builds);
    tcase_add_test(tests, a_save_of_the_same_leaves_the_file_alone);
    tcase_add_test(tests, a_missing_file_is_a_system_error);
    tcase_add_loop_test(tests, an_edit_that_breaks_it_is_named, 0,
                        (int)(sizeof(EDITS) / sizeof(EDITS[0])));
    tcase_add_test(tests, a_full_disk_leaves_the_old_file);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
