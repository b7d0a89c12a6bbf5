/* build: what is built, when, and how its failures are told. */
#include "base/file.h"
#include "base/lock.h"
#include "hostile/scratch.h"
#include "unit/project/build_fixture.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

START_TEST(builds_and_builds_only_what_changed)
{
    build();
    ck_assert_int_eq(access(scratch_path("p/build/firmware.elf"), X_OK), 0);
    ck_assert_int_eq(access(scratch_path("p/build/compile_commands.json"), R_OK), 0);
    ck_assert_int_eq(access(scratch_path("p/project.json"), R_OK), 0);
    build();
    ck_assert_msg(strstr(output, "no work to do") && !strstr(output, "-- "), "%s", output);
    scratch_write("p/other.c", "int other(void) { return 1; }\n");
    build();
    ck_assert_msg(strstr(output, "other.c") && !strstr(output, "main.c"), "%s", output);
}
END_TEST

START_TEST(an_option_that_changed_reaches_cmake)
{
    build();
    manifest.settings.optimization = "s";
    build();
    ck_assert_msg(strstr(output, "level s") != NULL, "%s", output);
}
END_TEST

START_TEST(the_users_own_flags_are_not_for_the_firmware)
{
    setenv("CFLAGS", "-DBROKEN=int", 1);
    setenv("LDFLAGS", "-lnowhere", 1);
    scratch_write("p/other.c",
                  "#ifdef BROKEN\n#error flags\n#endif\nint other(void) { return 0; }");
    build();
}
END_TEST

START_TEST(a_project_that_was_moved_or_copied_builds)
{
    build();
    ck_assert_int_eq(rename(scratch_path("p"), scratch_path("a place with spaces")), 0);
    ck_assert_msg(build_at("a place with spaces"), "%s", err.text);
    ck_assert(file_copy_tree(scratch_path("a place with spaces"), scratch_path("q"), &err));
    ck_assert_msg(build_at("q"), "%s", err.text);
    /* Each project's build is its own. */
    ck_assert_ptr_null(strstr(output, "a place with spaces"));
}
END_TEST

static void put_compiler(const char *name)
{
    scratch_write(name, "#!/bin/sh\nexit 1\n");
    ck_assert_int_eq(chmod(scratch_path("%s", name), 0755), 0);
}

static bool is_noted(const char *line)
{
    char *cache = NULL;
    ck_assert(file_read(scratch_path("p/build/CMakeCache.txt"), 1 << 20, &cache, NULL, &err));
    bool found = strstr(cache, line) != NULL;
    free(cache);
    return found;
}

/* Nothing in the project has changed then. */
START_TEST(a_compiler_that_has_come_since_builds_it_from_scratch)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s:%s", scratch_path("bin"), getenv("PATH"));
    ck_assert_int_eq(setenv("PATH", path, 1), 0);
    scratch_write("p/board.json",
                  BOARD_OF("[{\"prefix\": \"a-\"}, {\"prefix\": \"b-\"}]", 4096, 2048, 0));
    put_compiler("bin/b-gcc");
    build();
    ck_assert(is_noted("\nTOOLCHAIN_PREFIX:STRING=b-\n"));
    build();
    ck_assert_msg(strstr(output, "no work to do"), "%s", output);
    put_compiler("bin/a-gcc");
    build();
    ck_assert_msg(strstr(output, "main.c"), "%s", output);
    ck_assert(is_noted("\nTOOLCHAIN_PREFIX:STRING=a-\n"));
}
END_TEST

START_TEST(names_the_first_compiler_errors)
{
    scratch_write("p/other.c", "int other(void)\n{\n    return missing_name;\n}\n");
    fails(ERROR_BUILD, "  other.c:3:12: error: 'missing_name' undeclared");
    ck_assert_ptr_null(strstr(err.text, "FAILED"));
    ck_assert_ptr_null(strstr(err.text, scratch_path("p")));
}
END_TEST

START_TEST(bounds_the_number_of_error_lines)
{
    char text[4096] = "";
    for (int i = 0; i < 30; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "int a%d = b%d;\n", i, i);
    scratch_write("p/other.c", text);
    fails(ERROR_BUILD, "(20 more error lines)");
    ck_assert_ptr_nonnull(strstr(err.text, "other.c:10:"));
    ck_assert_ptr_null(strstr(err.text, "other.c:11:"));
}
END_TEST

START_TEST(names_undefined_references)
{
    scratch_write("p/other.c", "int not_other(void) { return 0; }\n");
    fails(ERROR_BUILD, "undefined reference to `other'");
}
END_TEST

START_TEST(names_what_cmake_says)
{
    scratch_write("p/CMakeLists.txt", "cmake_minimum_required(VERSION 3.19)\nproject(x NONE)\n"
                                      "message(FATAL_ERROR \"board.json: no uart\")\n");
    fails(ERROR_BUILD, "board.json: no uart");
    write_project("p");
    build();
}
END_TEST

/* The real linker's words, with regions of 4096 and 2048 bytes as in board.json. */
static void overflow(int text_bytes, int data_bytes)
{
    char source[512];
    char lists[2048];
    snprintf(source, sizeof(source),
             "const char code[%d] = {1};\nchar data[%d] = {1};\nvoid _start(void) {}\n", text_bytes,
             data_bytes);
    snprintf(lists, sizeof(lists),
             "%starget_link_options(firmware PRIVATE -nostdlib -static -no-pie "
             "-Wl,--build-id=none,-Map=firmware.map -T${CMAKE_SOURCE_DIR}/x.ld)\n",
             CMAKE_LISTS);
    scratch_write("p/CMakeLists.txt", lists);
    scratch_write("p/main.c", source);
    scratch_write("p/x.ld",
                  "MEMORY { FLASH : ORIGIN = 0, LENGTH = 4096\n"
                  "RAM : ORIGIN = 0x10000, LENGTH = 2048 }\n"
                  "SECTIONS { .text : { *(.text* .rodata* .eh_frame*) . = ALIGN(16); } > FLASH\n"
                  ".data : { *(.data* .bss*) . = ALIGN(16); } > RAM\n/DISCARD/ : { *(*) } }\n");
}

START_TEST(says_what_does_not_fit_and_where_it_would)
{
    overflow(100, 2048 + 1008);
    fails(ERROR_BUILD, "model \"net\" needs 3056 bytes of RAM, board \"tiny\" has 2048 (1008 too "
                       "many)\nof that, the heap takes ");
    ck_assert_ptr_nonnull(strstr(err.text, "\nboards that would hold it: more_of_both, more_ram"));
    ck_assert_ptr_null(strstr(err.text, "less_flash"));
    manifest.settings.rpc_packet_size_bytes = 512;
    fails(ERROR_BUILD, "2 times its option rpc_packet_size_bytes=512 is part of that\nboards that "
                       "would hold it: chatty, more_of_both, more_ram");
    overflow(9000, 2048 + 1008);
    fails(ERROR_BUILD, "needs 3056 bytes of RAM");
    ck_assert_ptr_nonnull(strstr(err.text, "bytes of flash, of which it has 4096"));
    ck_assert_ptr_nonnull(strstr(err.text, "boards that would hold it: more_of_both"));
    ck_assert_ptr_null(strstr(err.text, "more_ram"));
    overflow(100, 5000000);
    fails(ERROR_BUILD, "no board here would hold it");
}
END_TEST

/* Nothing is configured, and nothing compiled. */
START_TEST(refuses_before_it_builds_what_is_sure_not_to_fit)
{
    scratch_write("p/CMakeLists.txt", "message(FATAL_ERROR \"configured\")\n");
    manifest.settings.workspace_size_bytes = 777;
    fails(ERROR_BUILD, "option workspace_size_bytes=777: model \"net\" needs a heap of 1064 bytes");
    manifest.settings.workspace_size_bytes = 3000;
    fails(ERROR_BUILD,
          "model \"net\" needs at least 3000 bytes of RAM, board \"tiny\" has 2048 "
          "(952 too many)\nof that, the heap takes 3000, the stack 0, static tensors "
          "0\nthe heap is what its option workspace_size_bytes=3000 says; it needs 1064 "
          "at least\n");
    manifest.settings.workspace_size_bytes = 0;
    manifest.settings.config_main_stack_size = 2048;
    fails(ERROR_BUILD, "needs at least 3112 bytes of RAM");
    manifest.settings.config_main_stack_size = 0;
    scratch_write("p/model/codegen/host/src/default_lib0.c",
                  "static const float w[1025] = {0};\nstatic uint8_t global_workspace[2000];\n");
    fails(ERROR_BUILD, "needs at least 3064 bytes of RAM");
    ck_assert_ptr_nonnull(strstr(
        err.text, "\nand at least 4100 bytes of flash, of which it has 4096 (4 too many)\n"));
    ck_assert_ptr_nonnull(strstr(err.text, "\nof that, the model's constants take 4100\n"));
    scratch_write("p/model/codegen/host/src/default_lib0.c",
                  "static const float w[1000] = {0};\nstatic const struct TVMConstantInfo "
                  "kTvmgenMetadata_constant_pools[1] = {{\"w\", 0UL, 4150, \"\"}};\n");
    fails(ERROR_BUILD, "model \"net\" needs at least 8150 bytes of flash");
    ck_assert_ptr_nonnull(strstr(err.text,
                                 "\n4150 of them are a second copy, which AOT with packed "
                                 "functions brings: compile the model with "
                                 "{\"tir.usmp.enable\": False}"));
}
END_TEST

static void give_path(const char *const *programs)
{
    char target[256];
    ck_assert(file_make_dirs(scratch_path("bin"), &err));
    for (; *programs; programs++) {
        snprintf(target, sizeof(target), "/usr/bin/%s", *programs);
        ck_assert_int_eq(symlink(target, scratch_path("bin/%s", *programs)), 0);
    }
    setenv("PATH", scratch_path("bin"), 1);
}

START_TEST(names_the_package_of_a_missing_program)
{
    static const char *const NONE[] = {NULL};
    static const char *const CMAKE[] = {"cmake", NULL};
    static const char *const NINJA[] = {"ninja", NULL};
    give_path(NONE);
    fails(ERROR_TOOL, "cmake: no such program");
    give_path(CMAKE);
    fails(ERROR_TOOL, "ninja: no such program; install it: apt-get install --no-install-recommends "
                      "ninja-build");
    give_path(NINJA);
    fails(ERROR_TOOL, "gcc: no such program; install it: apt-get install --no-install-recommends "
                      "gcc-x picolibc-x");
    ck_assert_int_ne(access(scratch_path("p/build"), F_OK), 0);
}
END_TEST

START_TEST(names_the_package_of_a_missing_c_library)
{
    char lists[2048];
    snprintf(lists, sizeof(lists), "%s%s", CMAKE_LISTS,
             "target_compile_options(firmware PRIVATE --specs=/nowhere/picolibc.specs)\n");
    scratch_write("p/CMakeLists.txt", lists);
    fails(ERROR_TOOL, "picolibc-x");
}
END_TEST

START_TEST(refuses_what_is_no_project)
{
    scratch_write("p/board.json", "{\"toolchain\": {}}");
    fails(ERROR_USAGE, "board.json: \"toolchain.prefix\" is missing; it must be a text");
    write_project("a;b");
    ck_assert(!build_at("a;b"));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert(!build_at("missing"));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_int_eq(err.os, ENOENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("build");
    TCase *tests = tcase_create("build");
    tcase_add_checked_fixture(tests, build_setup, scratch_remove);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, builds_and_builds_only_what_changed);
    tcase_add_test(tests, an_option_that_changed_reaches_cmake);
    tcase_add_test(tests, the_users_own_flags_are_not_for_the_firmware);
    tcase_add_test(tests, a_project_that_was_moved_or_copied_builds);
    tcase_add_test(tests, a_compiler_that_has_come_since_builds_it_from_scratch);
    tcase_add_test(tests, names_the_first_compiler_errors);
    tcase_add_test(tests, bounds_the_number_of_error_lines);
    tcase_add_test(tests, names_undefined_references);
    tcase_add_test(tests, names_what_cmake_says);
    tcase_add_test(tests, says_what_does_not_fit_and_where_it_would);
    tcase_add_test(tests, refuses_before_it_builds_what_is_sure_not_to_fit);
    tcase_add_test(tests, names_the_package_of_a_missing_program);
    tcase_add_test(tests, names_the_package_of_a_missing_c_library);
    tcase_add_test(tests, refuses_what_is_no_project);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
