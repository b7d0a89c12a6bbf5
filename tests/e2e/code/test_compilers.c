/* Compilers that came after the one that these tests were written with. GCC 14 made errors of
 * faults that foreign C has, and -w does not cover them; a wrapper around the installed compiler
 * does the same, whatever its age. */
#include "base/cleanup.h"
#include "base/file.h"
#include "e2e/repack.h"
#include "e2e/run_program.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_DATA                                                                                \
    "--input", MODELS "/digits_images.npy", "--expect", MODELS "/digits_expected.npy"
#define SOURCES "model/codegen/host/src"

static struct error err;

static void wrap_compiler(const char *name)
{
    const char *path = scratch_path("bin/%s", name);
    cleanup_free char *script =
        file_path("#!/bin/sh\n"
                  "for argument do\n"
                  "    shift\n"
                  "    [ \"$argument\" = -w ] || set -- \"$@\" \"$argument\"\n"
                  "done\n"
                  "PATH=${PATH#*:} exec %s -Werror=incompatible-pointer-types "
                  "-Werror=int-conversion -Werror=implicit-function-declaration "
                  "-Werror=implicit-int \"$@\"\n",
                  name);
    ck_assert_ptr_nonnull(script);
    ck_assert_msg(file_write(path, script, strlen(script), 0755, &err), "%s", err.text);
}

static void use_strict_compilers(void)
{
    scratch_make();
    ck_assert(file_make_dirs(scratch_path("bin"), &err));
    wrap_compiler("arm-none-eabi-gcc");
    wrap_compiler("riscv64-unknown-elf-gcc");
    cleanup_free char *path = file_path("%s:%s", scratch_path("bin"), getenv("PATH"));
    ck_assert_int_eq(setenv("PATH", path, 1), 0);
}

/* That the wrapper is as strict as it says. */
START_TEST(the_compiler_is_strict)
{
    static const char SCRIPT[] =
        "! arm-none-eabi-gcc -w -c \"$0\" -o /dev/null && "
        "arm-none-eabi-gcc -w -Wno-incompatible-pointer-types -c \"$0\" -o /dev/null";
    const char *const argv[] = {"sh", "-c", SCRIPT, scratch_path("fault.c"), NULL};
    scratch_write("fault.c", "int f(long *a); int g(int *b) { return f(b); }\n");
    repack_command(argv);
}
END_TEST

START_TEST(packed_code_builds)
{
    int code = program_run("run", MODELS "/digits.tar", "-b", RUN_BOARDS[_i], DIGITS_DATA, NULL);
    ck_assert_msg(code == 0, "%s", program_output);
}
END_TEST

START_TEST(graph_code_builds)
{
    int code =
        program_run("run", MODELS "/digits_graph.tar", "-b", RUN_BOARDS[0], DIGITS_DATA, NULL);
    ck_assert_msg(code == 0, "%s", program_output);
}
END_TEST

START_TEST(c_interface_builds)
{
    int code = program_run("run", MODELS "/digits_c.tar", "-b", RUN_BOARDS[2], "--project-type",
                           "aot_standalone_demo", DIGITS_DATA, NULL);
    ck_assert_msg(code == 0, "%s", program_output);
}
END_TEST

/* The first operator of the digits' code returns what CALL gives. */
static const char *archive_that_calls(const char *call)
{
    repack_open(MODELS "/digits.tar");
    char *code = repack_read(scratch_path(SOURCES "/default_lib2.c"));
    char *at = strstr(code, "return 0;");
    ck_assert_ptr_nonnull(at);
    *at = '\0';
    char *changed = file_path("%sreturn %s;%s", code, call, at + strlen("return 0;"));
    ck_assert_ptr_nonnull(changed);
    scratch_write(SOURCES "/default_lib2.c", changed);
    free(changed);
    free(code);
    return repack_close();
}

/* As TVM up to 0.11 calls what stands in another file. */
START_TEST(an_undeclared_function_of_another_file)
{
    scratch_write(SOURCES "/default_lib3.c", "int unheard_of(int number)\n"
                                             "{\n"
                                             "    static counter = 1;\n"
                                             "    int *address = number;\n"
                                             "    return address != counter - 1;\n"
                                             "}\n");
    int code = program_run("run", archive_that_calls("unheard_of(0)"), "-b", RUN_BOARDS[_i],
                           DIGITS_DATA, NULL);
    ck_assert_msg(code == 0, "%s", program_output);
}
END_TEST

START_TEST(a_function_that_is_nowhere)
{
    ck_assert_int_eq(program_run("run", archive_that_calls("unheard_of(0)"), "-b", RUN_BOARDS[_i],
                                 DIGITS_DATA, NULL),
                     4);
    ASSERT_PRINTED("undefined reference to `unheard_of'");
}
END_TEST

/* cmake --build of SCRATCH/project in the folder NAME, with ENVIRONMENT; 0 when it went well. */
static int build_by_hand(const char *environment, const char *name)
{
    cleanup_free char *command = file_path("cd \"%s\" && env %s cmake -G Ninja -S . -B %s >log && "
                                           "ninja -C %s >>log",
                                           scratch_path("project"), environment, name, name);
    return system(command);
}

/* A newer compiler warns of more in our own sources: that stops our tests, and nobody else. */
START_TEST(warnings_are_errors_for_tests_alone)
{
    ck_assert_int_eq(program_run("run", MODELS "/digits.tar", "-b", RUN_BOARDS[0], DIGITS_DATA,
                                 "--keep", scratch_path("project"), NULL),
                     0);
    char *heap = repack_read(scratch_path("project/platform/heap.c"));
    char *warned = file_path("%s\nstatic void nobody_calls_me(void)\n{\n}\n", heap);
    scratch_write("project/platform/heap.c", warned);
    free(warned);
    free(heap);
    ck_assert_int_eq(build_by_hand("-u MICROTVM_QEMU_WARNINGS_AS_ERRORS", "users"), 0);
    ck_assert_int_ne(build_by_hand("MICROTVM_QEMU_WARNINGS_AS_ERRORS=1", "tests"), 0);
    char *log = repack_read(scratch_path("project/log"));
    ck_assert_msg(strstr(log, "-Werror=unused-function") != NULL, "%s", log);
    free(log);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("e2e_compilers");
    TCase *tests = tcase_create("strict");
    tcase_set_timeout(tests, RUN_TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, use_strict_compilers, scratch_remove);
    tcase_add_test(tests, the_compiler_is_strict);
    tcase_add_loop_test(tests, packed_code_builds, 0, RUN_BOARDS_COUNT);
    tcase_add_test(tests, graph_code_builds);
    tcase_add_test(tests, c_interface_builds);
    tcase_add_loop_test(tests, an_undeclared_function_of_another_file, 1, RUN_BOARDS_COUNT);
    tcase_add_loop_test(tests, a_function_that_is_nowhere, 1, RUN_BOARDS_COUNT);
    suite_add_tcase(suite, tests);

    TCase *plain = tcase_create("plain");
    tcase_set_timeout(plain, RUN_TEST_TIMEOUT_S);
    tcase_add_checked_fixture(plain, scratch_make, scratch_remove);
    tcase_add_test(plain, warnings_are_errors_for_tests_alone);
    suite_add_tcase(suite, plain);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
