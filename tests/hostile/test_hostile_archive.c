/* Archives of strangers: what is refused, why, and that nothing is left elsewhere. */
#include "base/file.h"
#include "hostile/make_archive.h"
#include "hostile/scratch.h"
#include "model/archive.h"

#include <check.h>
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

/* The archive is refused with a text that says why, and nothing is written outside of out/. */
static void refused(const char *why)
{
    rmdir(scratch_path("out"));
    ck_assert_msg(!extract("m.tar"), "taken, but: %s", why);
    ck_assert_msg(err.kind == ERROR_MODEL, "kind %d: %s", err.kind, err.text);
    ck_assert_msg(strstr(err.text, why) != NULL, "\"%s\" does not say \"%s\"", err.text, why);
    ck_assert_msg(strstr(err.text, "m.tar") != NULL, "\"%s\" names no archive", err.text);
    char *listing = scratch_listing(scratch_path("."));
    ck_assert_msg(strstr(listing, "escaped") == NULL, "written elsewhere:\n%s", listing);
    free(listing);
}

static const char *const NOT_TARS[] = {"", "x", "<html>404 Not Found</html>\n",
                                       "PK\003\004\024\000\000\000"};

START_TEST(refuses_what_is_no_tar)
{
    scratch_write("m.tar", NOT_TARS[_i]);
    refused("");
    FILE *tar = tar_create(scratch_path("m.tar"));
    srandom(7);
    for (int i = 0; i < 100000; i++)
        fputc((int)(random() & 0xff), tar);
    tar_cut(tar);
    refused("not a tar archive");
}
END_TEST

/* Cut anywhere before its end mark, an archive is refused: at each block's edge, beside it, and
 * within. */
START_TEST(refuses_a_truncated_tar)
{
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_model(tar);
    long size = ftell(tar);
    tar_end(tar);
    for (long cut = size; cut >= 0; cut--) {
        if (cut % 256 > 1 && cut % 256 < 255)
            continue;
        ck_assert_int_eq(truncate(scratch_path("m.tar"), cut), 0);
        ck_assert_msg(!extract("m.tar"), "taken, though cut at %ld of %ld", cut, size);
        ck_assert_msg(err.kind == ERROR_MODEL && strstr(err.text, "m.tar"), "%s", err.text);
        ck_assert_msg(file_remove_tree(scratch_path("out"), &err), "%s", err.text);
    }
}
END_TEST

START_TEST(refuses_a_truncated_compressed_tar)
{
    struct stat status;
    FILE *tar = tar_create(scratch_path("plain.tar"));
    tar_model(tar);
    tar_end(tar);
    compress_file(scratch_path("plain.tar"), scratch_path("m.tar"), "gzip");
    ck_assert_int_eq(stat(scratch_path("m.tar"), &status), 0);
    ck_assert_int_eq(truncate(scratch_path("m.tar"), status.st_size / 2), 0);
    refused("truncated");
}
END_TEST

START_TEST(refuses_a_damaged_header)
{
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_text(tar, "a.c", "int a;");
    fseek(tar, 10, SEEK_SET);
    fputc('!', tar);
    fseek(tar, 0, SEEK_END);
    tar_end(tar);
    refused("not a tar archive");
}
END_TEST

static const struct {
    const char *name;
    const char *why;
} NAMES[] = {
    {"../escaped", "\"..\""},
    {"a/../../escaped", "\"..\""},
    {"./a/b/../../../escaped", "\"..\""},
    {"..", "\"..\""},
    {"a/..", "\"..\""},
    {"/tmp/microtvm-escaped", "absolute"},
    {"//tmp/microtvm-escaped", "absolute"},
    {"caf\xe9.c", "\"caf\\xe9.c\""},
    {"caf\xc3\xa9.c", "ASCII"},
    {"a\nb.c", "\"a\\x0ab.c\""},
    {"a;b.c", "one of"},
    {"$(x).c", "one of"},
    {"..\\escaped", "one of"},
    {".", "folder itself"},
};

START_TEST(refuses_hostile_names)
{
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_text(tar, "first.c", "int a;");
    tar_text(tar, NAMES[_i].name, "int b;");
    tar_end(tar);
    refused(NAMES[_i].why);
    ck_assert_int_ne(access("/tmp/microtvm-escaped", F_OK), 0);
}
END_TEST

static const struct {
    enum tar_type type;
    const char *why;
} KINDS[] = {
    {TAR_SYMBOLIC_LINK, "symbolic link"},
    {TAR_HARD_LINK, "hard link"},
    {TAR_CHARACTER_DEVICE, "device"},
    {TAR_BLOCK_DEVICE, "device"},
    {TAR_FIFO, "FIFO"},
};

START_TEST(refuses_all_but_files_and_folders)
{
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_header(tar, KINDS[_i].type, "out", "..", 0);
    tar_text(tar, "out/escaped", "x");
    tar_end(tar);
    refused(KINDS[_i].why);
}
END_TEST

START_TEST(follows_no_link_that_lies_in_the_folder)
{
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_text(tar, "link/escaped", "x");
    tar_end(tar);
    ck_assert_int_eq(mkdir(scratch_path("out"), 0777), 0);
    ck_assert_int_eq(symlink("..", scratch_path("out/link")), 0);
    ck_assert(!archive_extract(scratch_path("m.tar"), scratch_path("out"), &err));
    ck_assert_int_ne(access(scratch_path("escaped"), F_OK), 0);
}
END_TEST

static const uint64_t TEN_GB = 10000000000;

static void add_zeros(FILE *tar, int form)
{
    if (form == 0)
        tar_header(tar, TAR_FILE, "zeros", NULL, TEN_GB);
    else if (form == 1)
        tar_sparse(tar, "zeros", TEN_GB);
    else
        tar_pax_size(tar, "zeros", TEN_GB);
}

START_TEST(refuses_ten_gigabytes_before_writing)
{
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_text(tar, "first.c", "int a;");
    add_zeros(tar, _i);
    tar_end(tar);
    refused("10000000000 bytes");
    char *listing = scratch_listing(scratch_path("out"));
    ck_assert_str_eq(listing, "first.c 6\n");
    free(listing);
}
END_TEST

START_TEST(refuses_too_much_in_all)
{
    char *data = NULL;
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_sparse(tar, "a", ARCHIVE_MAX_BYTES / 2);
    tar_sparse(tar, "b", ARCHIVE_MAX_BYTES / 2);
    tar_sparse(tar, "c", 1);
    tar_text(tar, "wanted", "x");
    tar_end(tar);
    /* Reading a member goes by all headers, and writes nothing. */
    ck_assert(!archive_read_member(scratch_path("m.tar"), "wanted", 100, &data, NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_MODEL);
    ck_assert_ptr_nonnull(strstr(err.text, "entry \"c\""));
}
END_TEST

START_TEST(refuses_too_many_entries)
{
    FILE *tar = tar_create(scratch_path("m.tar"));
    for (int i = 0; i <= ARCHIVE_MAX_ENTRIES; i++)
        tar_header(tar, TAR_FOLDER, "a", NULL, 0);
    tar_end(tar);
    refused("more than 20000 entries");
}
END_TEST

static const struct {
    enum tar_type first_type;
    enum tar_type second_type;
    const char *first;
    const char *second;
    const char *why; /* NULL: fine */
} PAIRS[] = {
    {TAR_FILE, TAR_FILE, "a", "a", "twice"},
    {TAR_FILE, TAR_FILE, "a", "./a", "twice"},
    {TAR_FILE, TAR_FILE, "a", "a/b", "both a file and a folder"},
    {TAR_FILE, TAR_FOLDER, "a", "a", "both a file and a folder"},
    {TAR_FOLDER, TAR_FILE, "a", "a", "twice"},
    {TAR_FOLDER, TAR_FOLDER, "a", "a/", NULL},
    {TAR_FILE, TAR_FOLDER, "a/b", "a", NULL},
};

START_TEST(refuses_entries_in_each_others_place)
{
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_add(tar, PAIRS[_i].first_type, PAIRS[_i].first, "", 0);
    tar_add(tar, PAIRS[_i].second_type, PAIRS[_i].second, "", 0);
    tar_end(tar);
    if (PAIRS[_i].why)
        refused(PAIRS[_i].why);
    else
        ck_assert_msg(extract("m.tar"), "%s", err.text);
}
END_TEST

START_TEST(refuses_names_that_are_too_long)
{
    char name[6000];
    memset(name, 'a', sizeof(name));
    if (_i) /* a path that is too long, of components that are not */
        for (size_t i = 100; i < sizeof(name); i += 100)
            name[i] = '/';
    name[_i ? sizeof(name) - 1 : 300] = '\0';
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_long_name(tar, name, "x");
    tar_end(tar);
    refused("too long");
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

int main(void)
{
    Suite *suite = suite_create("hostile_archive");
    TCase *tests = tcase_create("hostile_archive");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, refuses_what_is_no_tar, 0, COUNT(NOT_TARS));
    tcase_add_test(tests, refuses_a_truncated_tar);
    tcase_add_test(tests, refuses_a_truncated_compressed_tar);
    tcase_add_test(tests, refuses_a_damaged_header);
    tcase_add_loop_test(tests, refuses_hostile_names, 0, COUNT(NAMES));
    tcase_add_loop_test(tests, refuses_all_but_files_and_folders, 0, COUNT(KINDS));
    tcase_add_test(tests, follows_no_link_that_lies_in_the_folder);
    tcase_add_loop_test(tests, refuses_ten_gigabytes_before_writing, 0, 3);
    tcase_add_test(tests, refuses_too_much_in_all);
    tcase_add_test(tests, refuses_too_many_entries);
    tcase_add_loop_test(tests, refuses_entries_in_each_others_place, 0, COUNT(PAIRS));
    tcase_add_loop_test(tests, refuses_names_that_are_too_long, 0, 2);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
