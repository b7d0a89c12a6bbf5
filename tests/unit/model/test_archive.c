/* Archives that are taken, whatever their compression and name; and a disk that is full. */
#include "hostile/make_archive.h"
#include "hostile/scratch.h"
#include "model/archive.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error err;

/* Unpack SCRATCH/m.tar into the new folder SCRATCH/out. */
static bool extract(const char *name)
{
    ck_assert_int_eq(mkdir(scratch_path("out"), 0777), 0);
    err.kind = ERROR_NONE;
    return archive_extract(scratch_path("%s", name), scratch_path("out"), &err);
}

static void check_model_is_out(void)
{
    char *listing = scratch_listing(scratch_path("out"));
    char expected[512];
    snprintf(expected, sizeof(expected),
             "codegen/\ncodegen/host/\ncodegen/host/src/\n"
             "codegen/host/src/default_lib0.c %zu\nmetadata.json %zu\n",
             strlen(MODEL_SOURCE), strlen(MODEL_METADATA));
    ck_assert_str_eq(listing, expected);
    free(listing);
}

START_TEST(extracts_a_model)
{
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_model(tar);
    tar_end(tar);
    ck_assert_msg(extract("m.tar"), "%s", err.text);
    check_model_is_out();
}
END_TEST

static const char *const FILTERS[] = {"gzip", "bzip2", "xz", "zstd"};

START_TEST(detects_compression_whatever_the_name)
{
    FILE *tar = tar_create(scratch_path("plain.tar"));
    tar_model(tar);
    tar_end(tar);
    compress_file(scratch_path("plain.tar"), scratch_path("model.zip"), FILTERS[_i]);
    ck_assert_msg(extract("model.zip"), "%s: %s", FILTERS[_i], err.text);
    check_model_is_out();
}
END_TEST

START_TEST(takes_an_uncompressed_tar_called_gz)
{
    FILE *tar = tar_create(scratch_path("model.tar.gz"));
    tar_model(tar);
    tar_end(tar);
    ck_assert_msg(extract("model.tar.gz"), "%s", err.text);
    check_model_is_out();
}
END_TEST

START_TEST(takes_harmless_odd_names)
{
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_text(tar, ".//a/./..b/c d", "1");
    tar_text(tar, "...", "22");
    tar_end(tar);
    ck_assert_msg(extract("m.tar"), "%s", err.text);
    char *listing = scratch_listing(scratch_path("out"));
    ck_assert_str_eq(listing, "... 2\na/\na/..b/\na/..b/c d 1\n");
    free(listing);
}
END_TEST

START_TEST(reads_one_member)
{
    static const char *const NAMES_OF_IT[] = {"metadata.json", "./metadata.json"};
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_model(tar);
    tar_text(tar, "bare", "bare");
    tar_text(tar, "empty", "");
    tar_end(tar);
    char *data = NULL;
    size_t size = 0;
    for (int i = 0; i < 2; i++) {
        ck_assert_msg(
            archive_read_member(scratch_path("m.tar"), NAMES_OF_IT[i], 4096, &data, &size, &err),
            "%s", err.text);
        ck_assert_str_eq(data, MODEL_METADATA);
        ck_assert_uint_eq(size, strlen(MODEL_METADATA));
        free(data);
    }
    ck_assert(archive_read_member(scratch_path("m.tar"), "./bare", 4, &data, NULL, &err));
    ck_assert_str_eq(data, "bare");
    free(data);
    ck_assert(archive_read_member(scratch_path("m.tar"), "empty", 0, &data, &size, &err));
    ck_assert_str_eq(data, "");
    free(data);
    ck_assert(!archive_read_member(scratch_path("m.tar"), "bare", 3, &data, NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_MODEL);
    ck_assert(!archive_read_member(scratch_path("m.tar"), "codegen", 99, &data, NULL, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no codegen in it"));
}
END_TEST

START_TEST(refuses_a_path_that_is_no_file)
{
    ck_assert(!extract("missing.tar"));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_int_eq(err.os, ENOENT);
    ck_assert_int_eq(rmdir(scratch_path("out")), 0);
    ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0666), 0);
    ck_assert(!extract("fifo")); /* returns at all: nobody writes to it */
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_int_eq(rmdir(scratch_path("out")), 0);
    ck_assert(!extract("."));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
}
END_TEST

START_TEST(reports_a_full_disk)
{
    char block[60000] = "";
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_add(tar, TAR_FILE, "a", block, sizeof(block));
    tar_add(tar, TAR_FILE, "b", block, sizeof(block));
    tar_end(tar);
    if (!scratch_mount("reports_a_full_disk", "small", 65536, false))
        return;
    ck_assert(!archive_extract(scratch_path("m.tar"), scratch_path("small"), &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_int_eq(err.os, ENOSPC);
    ck_assert_msg(strstr(err.text, "\"b\"") && strstr(err.text, "No space left"), "%s", err.text);
}
END_TEST

START_TEST(reports_a_read_only_folder)
{
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_model(tar);
    tar_end(tar);
    if (!scratch_mount("reports_a_read_only_folder", "fixed", 65536, true))
        return;
    ck_assert(!archive_extract(scratch_path("m.tar"), scratch_path("fixed"), &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_int_eq(err.os, EROFS);
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

int main(void)
{
    Suite *suite = suite_create("archive");
    TCase *tests = tcase_create("archive");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, extracts_a_model);
    tcase_add_loop_test(tests, detects_compression_whatever_the_name, 0, COUNT(FILTERS));
    tcase_add_test(tests, takes_an_uncompressed_tar_called_gz);
    tcase_add_test(tests, refuses_a_path_that_is_no_file);
    tcase_add_test(tests, takes_harmless_odd_names);
    tcase_add_test(tests, reads_one_member);
    tcase_add_test(tests, reports_a_full_disk);
    tcase_add_test(tests, reports_a_read_only_folder);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
