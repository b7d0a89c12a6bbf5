/* Whole files and folders, and what is left when something goes wrong: nothing. */
#include "base/file.h"
#include "hostile/scratch.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error err;
static char *data;
static size_t size;

static mode_t mode_of(const char *path)
{
    struct stat status;
    ck_assert_msg(lstat(path, &status) == 0, "%s: %s", path, strerror(errno));
    return status.st_mode & 07777;
}

static void check_listing(const char *path, const char *expected)
{
    char *listing = scratch_listing(path);
    ck_assert_str_eq(listing, expected);
    free(listing);
}

static void check_content(const char *path, const char *expected)
{
    ck_assert_msg(file_read(path, 4096, &data, &size, &err), "%s", err.text);
    ck_assert_str_eq(data, expected);
    ck_assert_uint_eq(size, strlen(expected));
    free(data);
}

/* From here on a write beyond size_bytes of a file fails, as on a full disk. */
static void limit_file_size(size_t size_bytes)
{
    struct rlimit limit = {.rlim_cur = size_bytes, .rlim_max = RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void check_system_error(bool result, int os, const char *path)
{
    ck_assert(!result);
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_int_eq(err.os, os);
    ck_assert_msg(strncmp(err.text, path, strlen(path)) == 0, "\"%s\" does not name %s", err.text,
                  path);
}

START_TEST(read_gives_all_and_a_nul)
{
    scratch_write("a", "hello");
    ck_assert(file_read(scratch_path("a"), 5, &data, &size, &err));
    ck_assert_uint_eq(size, 5);
    ck_assert_str_eq(data, "hello");
    free(data);
    ck_assert(file_read(scratch_path("a"), 5, &data, NULL, &err));
    free(data);
}
END_TEST

START_TEST(read_of_an_empty_file)
{
    scratch_write("a", "");
    ck_assert(file_read(scratch_path("a"), 0, &data, &size, &err));
    ck_assert_uint_eq(size, 0);
    ck_assert_str_eq(data, "");
    free(data);
}
END_TEST

START_TEST(read_has_a_limit)
{
    scratch_write("a", "hello");
    data = NULL;
    ck_assert(!file_read(scratch_path("a"), 4, &data, &size, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "/a: 5 bytes, at most 4"));
    ck_assert_ptr_null(data);
}
END_TEST

/* Files of /proc say that they have 0 bytes. */
START_TEST(read_does_not_trust_the_size)
{
    ck_assert(file_read("/proc/self/smaps", 1 << 24, &data, &size, &err));
    ck_assert_uint_gt(size, 4096);
    ck_assert_uint_eq(strlen(data), size);
    free(data);
    ck_assert(!file_read("/proc/self/smaps", 100, &data, &size, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
}
END_TEST

START_TEST(read_of_what_is_no_file)
{
    check_system_error(file_read(scratch_path("none"), 9, &data, &size, &err), ENOENT,
                       scratch_path("none"));
    check_system_error(file_read(scratch_path("."), 9, &data, &size, &err), EISDIR,
                       scratch_path("."));
    ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0666), 0);
    ck_assert(!file_read(scratch_path("fifo"), 9, &data, &size, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
}
END_TEST

START_TEST(write_replaces_whole)
{
    ck_assert(file_write(scratch_path("a"), "old", 3, 0600, &err));
    ck_assert_int_eq(mode_of(scratch_path("a")), 0600);
    ck_assert(file_write(scratch_path("a"), "newer", 5, 0755, &err));
    ck_assert_int_eq(mode_of(scratch_path("a")), 0755);
    check_content(scratch_path("a"), "newer");
    check_listing(scratch_path("."), "a 5\n");
}
END_TEST

START_TEST(write_to_a_full_disk_leaves_the_old_file)
{
    scratch_write("a", "old");
    limit_file_size(4);
    check_system_error(file_write(scratch_path("a"), "12345", 5, 0644, &err), EFBIG,
                       scratch_path("a"));
    check_listing(scratch_path("."), "a 3\n");
    check_content(scratch_path("a"), "old");
}
END_TEST

START_TEST(write_where_it_cannot)
{
    ck_assert_int_eq(mkdir(scratch_path("d"), 0777), 0);
    check_system_error(file_write(scratch_path("d"), "x", 1, 0644, &err), EISDIR,
                       scratch_path("d"));
    check_system_error(file_write(scratch_path("none/a"), "x", 1, 0644, &err), ENOENT,
                       scratch_path("none/a"));
    check_listing(scratch_path("."), "d/\n");
}
END_TEST

START_TEST(copy_keeps_content_and_mode)
{
    scratch_write("a", "content");
    ck_assert_int_eq(chmod(scratch_path("a"), 0751), 0);
    ck_assert(file_copy(scratch_path("a"), scratch_path("b"), &err));
    check_content(scratch_path("b"), "content");
    ck_assert_int_eq(mode_of(scratch_path("b")), 0751);
    ck_assert_msg(file_copy(scratch_path("b"), scratch_path("b"), &err), "onto itself");
    check_content(scratch_path("b"), "content");
}
END_TEST

START_TEST(copy_that_fails_leaves_nothing)
{
    scratch_write("a", "content");
    check_system_error(file_copy(scratch_path("none"), scratch_path("b"), &err), ENOENT,
                       scratch_path("none"));
    limit_file_size(4);
    check_system_error(file_copy(scratch_path("a"), scratch_path("b"), &err), EFBIG,
                       scratch_path("b"));
    check_listing(scratch_path("."), "a 7\n");
}
END_TEST

START_TEST(copy_tree_copies_all)
{
    scratch_write("from/x/y/z", "deep");
    scratch_write("from/tool", "#!");
    ck_assert_int_eq(mkdir(scratch_path("from/empty"), 0500), 0);
    ck_assert_int_eq(chmod(scratch_path("from/tool"), 0555), 0);
    const char *ends[] = {"", "/"};
    for (int i = 0; i < 2; i++) {
        char to[64];
        snprintf(to, sizeof(to), "to%d", i);
        ck_assert_msg(file_copy_tree(scratch_path("from%s", ends[i]), scratch_path("%s", to), &err),
                      "%s", err.text);
        check_listing(scratch_path("%s", to), "empty/\ntool 2\nx/\nx/y/\nx/y/z 4\n");
        ck_assert_int_eq(mode_of(scratch_path("%s/tool", to)), 0755);
        ck_assert_int_eq(mode_of(scratch_path("%s/empty", to)) & 0700, 0700);
    }
}
END_TEST

START_TEST(copy_tree_follows_only_its_root)
{
    scratch_write("from/a", "a");
    ck_assert_int_eq(symlink("from", scratch_path("link")), 0);
    ck_assert_msg(file_copy_tree(scratch_path("link"), scratch_path("to"), &err), "%s", err.text);
    check_listing(scratch_path("to"), "a 1\n");
    ck_assert_int_eq(symlink("/etc/passwd", scratch_path("from/b")), 0);
    ck_assert(!file_copy_tree(scratch_path("from"), scratch_path("to2"), &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "from/b"));
}
END_TEST

START_TEST(copy_tree_refusals)
{
    scratch_write("from/a", "a");
    scratch_write("there/a", "a");
    check_system_error(file_copy_tree(scratch_path("none"), scratch_path("to"), &err), ENOENT,
                       scratch_path("none"));
    check_system_error(file_copy_tree(scratch_path("from"), scratch_path("there"), &err), EEXIST,
                       scratch_path("there"));
    check_system_error(file_copy_tree(scratch_path("from/a"), scratch_path("to"), &err), ENOTDIR,
                       scratch_path("from/a"));
    ck_assert(!file_copy_tree(scratch_path("from"), scratch_path("from/to"), &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "into itself"));
}
END_TEST

START_TEST(make_dirs_makes_what_is_missing)
{
    for (int i = 0; i < 2; i++)
        ck_assert_msg(file_make_dirs(scratch_path("a//b/c/"), &err), "%s", err.text);
    check_listing(scratch_path("."), "a/\na/b/\na/b/c/\n");
    scratch_write("f", "");
    check_system_error(file_make_dirs(scratch_path("f/x"), &err), ENOTDIR, scratch_path("f/x"));
    check_system_error(file_make_dirs("", &err), ENOENT, "");
}
END_TEST

START_TEST(remove_tree_removes_all_and_follows_no_link)
{
    scratch_write("keep/a", "a");
    scratch_write("gone/x/y", "y");
    ck_assert_int_eq(symlink("../keep", scratch_path("gone/link")), 0);
    ck_assert_int_eq(symlink("keep", scratch_path("link")), 0);
    ck_assert_int_eq(chmod(scratch_path("gone/x"), 0), 0);
    ck_assert_msg(file_remove_tree(scratch_path("gone"), &err), "%s", err.text);
    ck_assert_msg(file_remove_tree(scratch_path("link"), &err), "%s", err.text);
    check_listing(scratch_path("."), "keep/\nkeep/a 1\n");
    ck_assert_msg(file_remove_tree(scratch_path("keep/a"), &err), "%s", err.text);
    check_listing(scratch_path("."), "keep/\n");
    ck_assert(file_remove_tree(scratch_path("none"), &err));
}
END_TEST

START_TEST(own_paths)
{
    char *path = NULL;
    ck_assert(file_program_path(&path, &err));
    ck_assert_int_eq(path[0], '/');
    ck_assert_ptr_nonnull(strstr(path, "test_file"));
    free(path);
    path = file_path("%s/%d", "a", 1);
    ck_assert_str_eq(path, "a/1");
    free(path);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("file");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, read_gives_all_and_a_nul);
    tcase_add_test(tests, read_of_an_empty_file);
    tcase_add_test(tests, read_has_a_limit);
    tcase_add_test(tests, read_does_not_trust_the_size);
    tcase_add_test(tests, read_of_what_is_no_file);
    tcase_add_test(tests, write_replaces_whole);
    tcase_add_test(tests, write_to_a_full_disk_leaves_the_old_file);
    tcase_add_test(tests, write_where_it_cannot);
    tcase_add_test(tests, copy_keeps_content_and_mode);
    tcase_add_test(tests, copy_that_fails_leaves_nothing);
    tcase_add_test(tests, copy_tree_copies_all);
    tcase_add_test(tests, copy_tree_follows_only_its_root);
    tcase_add_test(tests, copy_tree_refusals);
    tcase_add_test(tests, make_dirs_makes_what_is_missing);
    tcase_add_test(tests, remove_tree_removes_all_and_follows_no_link);
    tcase_add_test(tests, own_paths);
    Suite *suite = suite_create("file");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
