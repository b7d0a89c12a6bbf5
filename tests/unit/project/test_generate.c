/* generate_project: a folder that holds everything, or none at all. The share folder here is made
 * by the test; the real one is built into firmware by the end-to-end tests. */
#include "base/file.h"
#include "hostile/make_archive.h"
#include "hostile/scratch.h"
#include "project/manifest.h"
#include "unit/project/generate_fixture.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

START_TEST(makes_the_whole_project)
{
    static const char *const PRESENT[] = {
        "CMakeLists.txt",
        "apps/host_driven/main.c",
        "board.json",
        "boot/start.c",
        "crt/include/tvm/runtime/crt/ours.h",
        "crt/src/runtime/crt/common/ours.c",
        "launch_microtvm_api_server.sh",
        "microtvm-qemu",
        "microtvm_api_server.sh",
        "model.tar",
        "model/codegen/host/src/default_lib0.c",
        "model/metadata.json",
        "project.json",
        "qemu-machines/first.json",
        "qemu-machines/second.json",
    };
    struct manifest manifest;
    struct stat status;
    char *text = NULL;
    umask(027);
    generate();
    ck_assert_int_eq(stat(options.project_dir, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0750);
    char *listing = scratch_listing(scratch_path("in"));
    for (size_t i = 0; i < sizeof(PRESENT) / sizeof(PRESENT[0]); i++)
        ck_assert_msg(strstr(listing, PRESENT[i]) != NULL, "no %s in\n%s", PRESENT[i], listing);
    ck_assert_ptr_null(strstr(listing, ".microtvm-qemu-"));
    free(listing);
    ck_assert(file_read(scratch_path("in/project/board.json"), 1000, &text, NULL, &err));
    ck_assert_str_eq(text, GENERATE_BOARD);
    free(text);
    ck_assert_int_eq(access(scratch_path("in/project/microtvm-qemu"), X_OK), 0);
    ck_assert_msg(manifest_load(scratch_path("in/project"), &manifest, &err), "%s", err.text);
    ck_assert_str_eq(manifest.crt_source, "bundled");
    ck_assert_str_eq(manifest.settings.board, "first");
    ck_assert_str_eq(manifest.model.inputs[0].name, "x");
    manifest_dispose(&manifest);
}
END_TEST

START_TEST(keeps_the_archive_as_it_came)
{
    char *before = NULL;
    char *after = NULL;
    size_t before_size = 0;
    size_t after_size = 0;
    compress_file(options.model_path, scratch_path("m.gz"), "gzip");
    options.model_path = kept(4, "m.gz");
    generate();
    ck_assert(file_read(options.model_path, 100000, &before, &before_size, &err));
    ck_assert(file_read(scratch_path("in/project/model.tar"), 100000, &after, &after_size, &err));
    ck_assert_uint_eq(before_size, after_size);
    ck_assert_mem_eq(before, after, after_size);
    free(before);
    free(after);
}
END_TEST

/* What a definition names of the firmware must be there. */
START_TEST(refuses_a_board_of_unknown_parts)
{
    settings.board = (char *)kept(4, "mine.json");
    scratch_write("mine.json", "{\"architecture\": \"b\"}");
    refused(ERROR_USAGE, "mine.json: \"architecture\": architecture \"b\": no such architecture "
                         "(have: a)");
    scratch_write("mine.json", "{\"architecture\": \"a\", \"uart\": {\"driver\": \"../uart/u\"}}");
    refused(ERROR_USAGE, "mine.json: \"uart.driver\" is \"../uart/u\", but must be a name");
    scratch_write("mine.json", GENERATE_BOARD);
    generate();
}
END_TEST

START_TEST(refuses_wrong_choices)
{
    settings.board = "third";
    refused(ERROR_USAGE, "board \"third\": no such board (have: first, second)");
    settings.board = "README.md";
    refused(ERROR_USAGE, "no such board");
    settings.board = NULL;
    refused(ERROR_USAGE, "option board: not given (have: first, second)");
    settings.board = "second";
    settings.project_type = "nope";
    refused(ERROR_USAGE, "project_type \"nope\": no such project_type (have: host_driven, other");
    settings.project_type = "..";
    refused(ERROR_USAGE, "no such project_type");
    settings.project_type = "other_type";
    settings.optimization = "fast";
    refused(ERROR_USAGE, "option optimization");
    settings.optimization = "g";
    generate();
}
END_TEST

START_TEST(refuses_a_place_that_is_taken)
{
    ck_assert_int_eq(mkdir(options.project_dir, 0777), 0);
    refused(ERROR_USAGE, "exists already");
    options.project_dir = kept(4, "in/project//");
    refused(ERROR_USAGE, "exists already");
    options.project_dir = kept(4, "in/link");
    ck_assert_int_eq(symlink("nowhere", options.project_dir), 0);
    refused(ERROR_USAGE, "exists already");
    options.project_dir = kept(4, "in/missing/project");
    refused(ERROR_USAGE, "there is no folder");
    options.project_dir = "";
    refused(ERROR_USAGE, "empty");
    options.project_dir = kept(4, "m.tar/project");
    refused(ERROR_SYSTEM, "Not a directory");
}
END_TEST

START_TEST(takes_a_relative_place_with_slashes_behind)
{
    ck_assert_int_eq(chdir(scratch_path("in")), 0);
    options.model_path = "../m.tar";
    options.project_dir = "relative///";
    generate();
    ck_assert_int_eq(access("relative/project.json", F_OK), 0);
}
END_TEST

static void bad_archive(int which)
{
    FILE *tar = tar_create(scratch_path("bad.tar"));
    options.model_path = kept(4, "bad.tar");
    switch (which) {
    case 0:
        fputs("no tar", tar);
        tar_cut(tar);
        return;
    case 1:
        tar_model(tar);
        tar_cut(tar);
        return;
    case 2:
        tar_model(tar);
        tar_text(tar, "../escaped", "x");
        break;
    case 3:
        tar_model(tar);
        tar_header(tar, TAR_SYMBOLIC_LINK, "model", "/etc", 0);
        break;
    case 4:
        tar_model(tar);
        tar_sparse(tar, "zeros", 10000000000);
        break;
    case 5:
        tar_model_with(tar, NULL);
        break;
    case 6:
        tar_model_with(tar, "{\"version\": 99}");
        break;
    default:
        tar_model_with(tar, "{\"version\": 6, \"model_name\": \"m\", \"executors\": [\"vm\"]}");
    }
    tar_end(tar);
}

static const char *const BAD_WHY[] = {
    "not a tar archive",    "truncated",         "\"..\"",
    "symbolic link",        "10000000000 bytes", "metadata.json",
    "\"version\": 99: not", "\"vm\": not",
};

START_TEST(refuses_bad_archives_and_leaves_nothing)
{
    bad_archive(_i);
    refused(ERROR_MODEL, BAD_WHY[_i]);
    ck_assert_ptr_nonnull(strstr(err.text, "bad.tar"));
}
END_TEST

START_TEST(names_files_that_are_not_there)
{
    options.model_path = "/nowhere/m.tar";
    refused(ERROR_USAGE, "/nowhere/m.tar");
    options.model_path = kept(4, "share");
    refused(ERROR_USAGE, "not a regular file");
    options.model_path = kept(4, "m.tar");
    ck_assert_int_eq(unlink(scratch_path("share/template/microtvm_api_server.sh")), 0);
    refused(ERROR_SYSTEM, "microtvm_api_server.sh: No such file");
}
END_TEST

START_TEST(leaves_nothing_on_a_full_disk)
{
    if (!scratch_mount("leaves_nothing_on_a_full_disk", "in", (size_t)_i * 4096, false))
        return;
    refused(ERROR_SYSTEM, "");
    ck_assert_int_eq(err.os, ENOSPC);
}
END_TEST

START_TEST(leaves_nothing_in_a_read_only_folder)
{
    if (!scratch_mount("leaves_nothing_in_a_read_only_folder", "in", 65536, true))
        return;
    refused(ERROR_SYSTEM, "Read-only file system");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("generate");
    TCase *tests = tcase_create("generate");
    tcase_add_checked_fixture(tests, generate_setup, scratch_remove);
    tcase_add_test(tests, makes_the_whole_project);
    tcase_add_test(tests, keeps_the_archive_as_it_came);
    tcase_add_test(tests, refuses_wrong_choices);
    tcase_add_test(tests, refuses_a_board_of_unknown_parts);
    tcase_add_test(tests, refuses_a_place_that_is_taken);
    tcase_add_test(tests, takes_a_relative_place_with_slashes_behind);
    tcase_add_loop_test(tests, refuses_bad_archives_and_leaves_nothing, 0,
                        (int)(sizeof(BAD_WHY) / sizeof(BAD_WHY[0])));
    tcase_add_test(tests, names_files_that_are_not_there);
    tcase_add_loop_test(tests, leaves_nothing_on_a_full_disk, 1, 16);
    tcase_add_test(tests, leaves_nothing_in_a_read_only_folder);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
