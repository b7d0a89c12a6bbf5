/* The options extra_files_tar and cmsis_path: what comes into a project, and what does not. */
#include "base/file.h"
#include "hostile/make_archive.h"
#include "hostile/scratch.h"
#include "project/cmsis.h"
#include "project/extra.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct error err;

/* A project as generating leaves it before its extra files come. */
static void setup(void)
{
    scratch_make();
    scratch_write("p/project.json", "{}");
    scratch_write("p/apps/host_driven/main.c", "int main(void) {}");
    scratch_write("p/model/codegen/host/src/lib0.c", "#include <stdint.h>\n");
    ck_assert_int_eq(unsetenv("CMSIS_PATH"), 0);
}

static const char *project(void)
{
    static char path[512];
    snprintf(path, sizeof(path), "%s", scratch_path("p"));
    return path;
}

static bool add_one(const char *name, const char *text)
{
    FILE *tar = tar_create(scratch_path("x.tar"));
    tar_text(tar, name, text);
    tar_end(tar);
    return extra_add(scratch_path("x.tar"), project(), &err);
}

static void assert_text(const char *path, const char *expected)
{
    char *text = NULL;
    ck_assert_msg(file_read(scratch_path("%s", path), 100000, &text, NULL, &err), "%s", err.text);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(files_of_an_archive)
{
    FILE *tar = tar_create(scratch_path("x.tar"));
    tar_add(tar, TAR_FOLDER, "include/", "", 0);
    tar_text(tar, "include/tvm/input_data.h", "int a;");
    tar_text(tar, "src/b.c", "int b;");
    tar_text(tar, "./src/a.cc", "int a;");
    tar_text(tar, "apps/host_driven/more.c", "int m;");
    tar_text(tar, "notes.txt", "hello");
    tar_end(tar);
    ck_assert_msg(extra_add(scratch_path("x.tar"), project(), &err), "%s", err.text);
    assert_text("p/include/tvm/input_data.h", "int a;");
    assert_text("p/notes.txt", "hello");
    assert_text("p/" EXTRA_SOURCES_FILE, "apps/host_driven/more.c\nsrc/a.cc\nsrc/b.c\n");
    assert_text("p/apps/host_driven/main.c", "int main(void) {}");
    struct stat status;
    ck_assert_int_ne(stat(scratch_path("p/.extra_files"), &status), 0);
}
END_TEST

START_TEST(no_archive)
{
    char *before = scratch_listing(project());
    ck_assert(extra_add(NULL, project(), &err));
    ck_assert(extra_add("", project(), &err));
    char *after = scratch_listing(project());
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
}
END_TEST

/* Nothing of the project is replaced, and what it will make later is its own. */
static const char *const TAKEN[] = {
    "project.json",     "apps/host_driven/main.c", "apps",
    "project.json/x.c", "build/firmware.elf",      "flash.elf",
    "cmsis/src/a.c",    "extra_sources.txt",       ".extra_files/x.c",
};

START_TEST(names_that_are_taken)
{
    ck_assert_msg(!add_one(TAKEN[_i], "int x;"), "%s", TAKEN[_i]);
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, "extra_files_tar") != NULL, "%s", err.text);
    ck_assert_msg(strstr(err.text, "of its own of this name") != NULL, "%s", err.text);
    assert_text("p/project.json", "{}");
    assert_text("p/apps/host_driven/main.c", "int main(void) {}");
}
END_TEST

static const char *const HOSTILE[] = {"../x.c", "/x.c", "a/../../x.c", "a;b.c", "a$b.c"};

START_TEST(names_that_lead_out)
{
    ck_assert_msg(!add_one(HOSTILE[_i], "int x;"), "%s", HOSTILE[_i]);
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, "option extra_files_tar: archive ") == err.text, "%s", err.text);
}
END_TEST

START_TEST(no_tar)
{
    scratch_write("x.tar", "no tar at all, but long enough to be looked at");
    ck_assert(!extra_add(scratch_path("x.tar"), project(), &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, "files for the project") != NULL, "%s", err.text);
    ck_assert(!extra_add(scratch_path("missing.tar"), project(), &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
}
END_TEST

/* A stand-in for CMSIS-NN, below FOLDER: one function calls another and reads a table through an
 * inline function of a header; a fourth source is not needed. */
static void write_nn(const char *folder)
{
    static const char *const FILES[][2] = {
        {"Include/arm_nnfunctions.h", "#include \"arm_nnsupportfunctions.h\"\nint arm_a(void);\n"},
        {"Include/arm_nnsupportfunctions.h",
         "extern const int arm_table[1];\nint arm_b(void);\nint arm_c(void);\n"
         "static inline int arm_look(void) { return arm_table[0]; }\n"
         "static inline int arm_other(void) { return arm_c(); }\n"},
        {"Source/A/arm_a.c", "#include \"arm_nnfunctions.h\"\nint arm_a(void) { return arm_b(); }"},
        {"Source/B/arm_b.c",
         "#include \"arm_nnsupportfunctions.h\"\nint arm_b(void) { return arm_look(); }"},
        {"Source/B/arm_c.c", "int arm_c(void) { return 3; }"},
        {"Source/B/arm_table.c", "const int arm_table[1] = {2};"},
    };
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        char name[256];
        snprintf(name, sizeof(name), "%s/%s", folder, FILES[i][0]);
        scratch_write(name, FILES[i][1]);
    }
}

static void needs_nn(void)
{
    scratch_write("p/model/codegen/host/src/lib1.c",
                  "#include <arm_nnfunctions.h>\nint run(void) { return arm_a(); }");
}

static const char *const NN_FOLDERS[] = {"cmsis/CMSIS-NN", "cmsis/CMSIS/NN", "cmsis/NN", "cmsis/."};

START_TEST(sources_that_the_model_calls)
{
    write_nn(NN_FOLDERS[_i]);
    scratch_write("cmsis/CMSIS/Core/Include/cmsis_compiler.h", "");
    scratch_write("cmsis/CMSIS/DSP/Include/arm_math.h", "");
    needs_nn();
    ck_assert_msg(cmsis_add(scratch_path("cmsis"), project(), &err), "%s", err.text);
    char *listing = scratch_listing(scratch_path("p/cmsis/src"));
    ck_assert_ptr_nonnull(strstr(listing, "A/arm_a.c"));
    ck_assert_ptr_nonnull(strstr(listing, "B/arm_b.c"));
    ck_assert_ptr_nonnull(strstr(listing, "B/arm_table.c"));
    ck_assert_ptr_null(strstr(listing, "arm_c.c"));
    free(listing);
    listing = scratch_listing(scratch_path("p/cmsis/include"));
    ck_assert_ptr_nonnull(strstr(listing, "nn/arm_nnsupportfunctions.h"));
    ck_assert_ptr_nonnull(strstr(listing, "core/cmsis_compiler.h"));
    ck_assert_ptr_nonnull(strstr(listing, "dsp/arm_math.h"));
    free(listing);
}
END_TEST

/* The repositories of today, side by side. */
START_TEST(repositories_side_by_side)
{
    write_nn("cmsis/CMSIS-NN");
    scratch_write("cmsis/CMSIS_6/CMSIS/Core/Include/cmsis_compiler.h", "");
    scratch_write("cmsis/CMSIS-DSP/Include/arm_math.h", "");
    needs_nn();
    ck_assert_msg(cmsis_add(scratch_path("cmsis"), project(), &err), "%s", err.text);
    assert_text("p/cmsis/include/core/cmsis_compiler.h", "");
    assert_text("p/cmsis/include/dsp/arm_math.h", "");
}
END_TEST

/* The extra sources may be the ones that call it. */
START_TEST(extra_sources_call_it)
{
    write_nn("cmsis/CMSIS-NN");
    ck_assert(add_one("src/mine.c", "#include \"arm_nnfunctions.h\"\nint f(void) { arm_c(); }"));
    ck_assert_msg(cmsis_add(scratch_path("cmsis"), project(), &err), "%s", err.text);
    char *listing = scratch_listing(scratch_path("p/cmsis/src"));
    ck_assert_ptr_nonnull(strstr(listing, "B/arm_c.c"));
    ck_assert_ptr_null(strstr(listing, "arm_a.c"));
    free(listing);
}
END_TEST

START_TEST(nothing_calls_it)
{
    struct stat status;
    write_nn("cmsis/CMSIS-NN");
    scratch_write("p/model/codegen/host/src/lib1.c",
                  "#include <arm_acle.h>\n/* #include <arm_nnfunctions.h> */\n");
    ck_assert_msg(cmsis_add(scratch_path("cmsis"), project(), &err), "%s", err.text);
    ck_assert_msg(cmsis_add(NULL, project(), &err), "%s", err.text);
    ck_assert_int_ne(stat(scratch_path("p/cmsis"), &status), 0);
}
END_TEST

START_TEST(needed_but_not_named)
{
    needs_nn();
    ck_assert(!cmsis_add(NULL, project(), &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, "lib1.c includes arm_nnfunctions.h") != NULL, "%s", err.text);
    /* A header among the extra files is an answer, too. */
    scratch_write("p/include/arm_nnfunctions.h", "");
    ck_assert_msg(cmsis_add("", project(), &err), "%s", err.text);
}
END_TEST

START_TEST(named_in_the_environment)
{
    write_nn("cmsis/CMSIS-NN");
    needs_nn();
    ck_assert_int_eq(setenv("CMSIS_PATH", scratch_path("cmsis"), 1), 0);
    ck_assert_msg(cmsis_add(NULL, project(), &err), "%s", err.text);
    assert_text("p/cmsis/src/B/arm_table.c", "const int arm_table[1] = {2};");
}
END_TEST

START_TEST(not_a_cmsis)
{
    needs_nn();
    scratch_write("cmsis/README", "");
    ck_assert(!cmsis_add(scratch_path("cmsis"), project(), &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, "no CMSIS-NN there") != NULL, "%s", err.text);
    ck_assert(!cmsis_add(scratch_path("cmsis/README"), project(), &err));
    ck_assert_msg(strstr(err.text, "not a folder") != NULL, "%s", err.text);
    ck_assert(!cmsis_add(scratch_path("missing"), project(), &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
}
END_TEST

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int main(void)
{
    Suite *suite = suite_create("extra_files");
    TCase *tests = tcase_create("extra_files");
    tcase_add_checked_fixture(tests, setup, scratch_remove);
    tcase_add_test(tests, files_of_an_archive);
    tcase_add_test(tests, no_archive);
    tcase_add_loop_test(tests, names_that_are_taken, 0, COUNT(TAKEN));
    tcase_add_loop_test(tests, names_that_lead_out, 0, COUNT(HOSTILE));
    tcase_add_test(tests, no_tar);
    tcase_add_loop_test(tests, sources_that_the_model_calls, 0, COUNT(NN_FOLDERS));
    tcase_add_test(tests, repositories_side_by_side);
    tcase_add_test(tests, extra_sources_call_it);
    tcase_add_test(tests, nothing_calls_it);
    tcase_add_test(tests, needed_but_not_named);
    tcase_add_test(tests, named_in_the_environment);
    tcase_add_test(tests, not_a_cmsis);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
