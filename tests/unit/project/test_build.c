/* build: with the host's compiler and a small CMakeLists.txt, since what is tested here is how the
 * build is run and how its failures are told. Firmware is built by the end-to-end tests. */
#include "base/file.h"
#include "hostile/scratch.h"
#include "project/build.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error err;
static struct manifest manifest;
static char output[256 * 1024];

static const char CMAKE_LISTS[] =
    "cmake_minimum_required(VERSION 3.19)\n"
    "set(CMAKE_C_COMPILER_WORKS TRUE)\n"
    "project(firmware C)\n"
    "file(READ project.json text)\n"
    "string(JSON level ERROR_VARIABLE none GET \"${text}\" options optimization)\n"
    "message(STATUS \"level ${level}\")\n"
    "add_executable(firmware main.c other.c)\n"
    "set_target_properties(firmware PROPERTIES OUTPUT_NAME firmware.elf)\n";

#define BOARD(flash, ram, packet)                                                                  \
    "{\"toolchain\": {\"prefix\": \"\", \"packages\": [\"gcc-x\", \"picolibc-x\"]},"               \
    " \"main_stack_size_bytes\": 0, \"rpc_packet_size_bytes\": " #packet                           \
    ", \"memory\": {\"flash\":"                                                                    \
    " {\"size_bytes\": " #flash "}, \"ram\": {\"size_bytes\": " #ram "}}}"

static void write_project(const char *name)
{
    static const char *const FILES[][2] = {
        {"CMakeLists.txt", CMAKE_LISTS},
        {"main.c", "int other(void);\nint main(void)\n{\n    return other();\n}\n"},
        {"other.c", "int other(void) { return 0; }\n"},
        {"board.json", BOARD(4096, 2048, 0)},
        {"qemu-machines/tiny.json", BOARD(4096, 2048, 0)},
        {"qemu-machines/chatty.json", BOARD(4096, 8000, 5000)},
        {"qemu-machines/more_ram.json", BOARD(4096, 4000000, 0)},
        {"qemu-machines/more_ram_less_flash.json", BOARD(2048, 4000000, 0)},
        {"qemu-machines/more_of_both.json", BOARD(4000000, 4000000, 0)},
    };
    char path[256];
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", name, FILES[i][0]);
        scratch_write(path, FILES[i][1]);
    }
    manifest.model = (struct model){
        .name = "net", .executor = "aot", .version = 7, .system_lib = true, .c_metadata = true};
    settings_init(&manifest.settings);
    manifest.settings.board = "tiny";
}

static void setup(void)
{
    scratch_make();
    write_project("p");
    /* Nothing that was compiled before, for anybody. */
    setenv("CCACHE_DIR", scratch_path("ccache"), 1);
}

static void keep_line(void *context, const char *line)
{
    (void)context;
    size_t length = strlen(output);
    snprintf(output + length, sizeof(output) - length, "%s\n", line);
}

static bool build_at(const char *name)
{
    struct build_options options = {
        .project_dir = scratch_path("%s", name),
        .manifest = &manifest,
        .on_line = keep_line,
    };
    *output = '\0';
    return build_project(&options, &err);
}

static void build(void)
{
    ck_assert_msg(build_at("p"), "%s", err.text);
}

static void fails(enum error_kind kind, const char *why)
{
    ck_assert_msg(!build_at("p"), "built, but: %s", why);
    ck_assert_msg(err.kind == kind, "kind %d: %s", err.kind, err.text);
    ck_assert_msg(strstr(err.text, why) != NULL, "\"%s\" does not say \"%s\"", err.text, why);
}

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
             "-Wl,--build-id=none -T${CMAKE_SOURCE_DIR}/x.ld)\n",
             CMAKE_LISTS);
    scratch_write("p/CMakeLists.txt", lists);
    scratch_write("p/main.c", source);
    scratch_write("p/x.ld", "MEMORY { FLASH : ORIGIN = 0, LENGTH = 4096\n"
                            "RAM : ORIGIN = 0x10000, LENGTH = 2048 }\n"
                            "SECTIONS { .text : { *(.text* .rodata* .eh_frame*) } > FLASH\n"
                            ".data : { *(.data* .bss*) } > RAM\n/DISCARD/ : { *(*) } }\n");
}

START_TEST(says_what_does_not_fit_and_where_it_would)
{
    overflow(100, 2048 + 1000);
    fails(ERROR_BUILD, "model \"net\" needs 3048 bytes of RAM, board \"tiny\" has 2048 (1000 too "
                       "many)\nboards that would hold it: more_of_both, more_ram");
    ck_assert_ptr_null(strstr(err.text, "less_flash"));
    manifest.settings.rpc_packet_size_bytes = 512;
    fails(ERROR_BUILD, "2 times its option rpc_packet_size_bytes=512 is part of that\nboards that "
                       "would hold it: chatty, more_of_both, more_ram");
    overflow(9000, 2048 + 1000);
    fails(ERROR_BUILD, "needs 3048 bytes of RAM");
    ck_assert_ptr_nonnull(strstr(err.text, "bytes of flash, of which it has 4096"));
    ck_assert_ptr_nonnull(strstr(err.text, "boards that would hold it: more_of_both"));
    ck_assert_ptr_null(strstr(err.text, "more_ram"));
    manifest.settings.workspace_size_bytes = 777;
    overflow(100, 5000000);
    fails(ERROR_BUILD, "no board here would hold it");
    ck_assert_ptr_nonnull(strstr(err.text, "workspace_size_bytes=777"));
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
    fails(ERROR_USAGE, "board.json: \"toolchain\": \"prefix\": missing");
    write_project("a;b");
    ck_assert(!build_at("a;b"));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert(!build_at("missing"));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_int_eq(err.os, ENOENT);
}
END_TEST

static int stop_pipe[2];

/* The endless command runs by now: the other one waited for it. */
static void stop_when_waited(void *context, const char *line)
{
    (void)context;
    if (strstr(line, "waited"))
        ck_assert_int_eq(write(stop_pipe[1], "x", 1), 1);
}

/* A compiler that never ends: it is gone when build returns. */
START_TEST(an_interrupt_ends_it_at_once)
{
    char lists[2048];
    snprintf(lists, sizeof(lists), "%s%s", CMAKE_LISTS,
             "add_custom_target(endless ALL sh ${CMAKE_SOURCE_DIR}/endless.sh)\n"
             "add_custom_target(waiting ALL sh ${CMAKE_SOURCE_DIR}/waiting.sh)\n");
    scratch_write("p/CMakeLists.txt", lists);
    scratch_write("p/endless.sh", "exec 9>lock; flock 9; : >started; exec sleep 600\n");
    scratch_write("p/waiting.sh", "until [ -e started ]; do sleep 0.01; done; echo waited\n");
    ck_assert_int_eq(pipe2(stop_pipe, O_CLOEXEC), 0);
    struct interrupt interrupt = {.signal_fd = stop_pipe[0], .peer_fd = -1};
    struct build_options options = {.project_dir = scratch_path("p"),
                                    .manifest = &manifest,
                                    .interrupt = &interrupt,
                                    .on_line = stop_when_waited};
    ck_assert(!build_project(&options, &err));
    ck_assert_msg(err.kind == ERROR_INTERRUPTED, "kind %d: %s", err.kind, err.text);
    int lock = open(scratch_path("p/build/lock"), O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(lock, 0);
    ck_assert_int_eq(flock(lock, LOCK_EX), 0); /* for ever, should it still run */
    close(lock);
    scratch_write("p/CMakeLists.txt", CMAKE_LISTS);
    build(); /* what was cut off does no harm */
}
END_TEST

static const size_t DISK_KIB[] = {48, 96, 112, 128, 160, 200, 640};

/* Wherever the space ends, in cmake or in the compiler, the next build with space works. */
START_TEST(a_full_disk_is_named_and_does_no_harm)
{
    if (!scratch_mount("a_full_disk_is_named_and_does_no_harm", "p", DISK_KIB[_i] * 1024, false))
        return;
    write_project("p");
    scratch_write("p/other.c", "char big[4194304] = {1};\nint other(void) { return 0; }\n");
    setenv("CCACHE_DISABLE", "1", 1);
    fails(ERROR_SYSTEM, "No space left on device");
    ck_assert_int_eq(err.os, ENOSPC);
    ck_assert_int_eq(mount(NULL, scratch_path("p"), NULL, MS_REMOUNT, "size=64m"), 0);
    build();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("build");
    TCase *tests = tcase_create("build");
    tcase_add_checked_fixture(tests, setup, scratch_remove);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, builds_and_builds_only_what_changed);
    tcase_add_test(tests, an_option_that_changed_reaches_cmake);
    tcase_add_test(tests, the_users_own_flags_are_not_for_the_firmware);
    tcase_add_test(tests, a_project_that_was_moved_or_copied_builds);
    tcase_add_test(tests, names_the_first_compiler_errors);
    tcase_add_test(tests, bounds_the_number_of_error_lines);
    tcase_add_test(tests, names_undefined_references);
    tcase_add_test(tests, names_what_cmake_says);
    tcase_add_test(tests, says_what_does_not_fit_and_where_it_would);
    tcase_add_test(tests, names_the_package_of_a_missing_program);
    tcase_add_test(tests, names_the_package_of_a_missing_c_library);
    tcase_add_test(tests, refuses_what_is_no_project);
    tcase_add_test(tests, an_interrupt_ends_it_at_once);
    tcase_add_loop_test(tests, a_full_disk_is_named_and_does_no_harm, 0,
                        (int)(sizeof(DISK_KIB) / sizeof(DISK_KIB[0])));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
