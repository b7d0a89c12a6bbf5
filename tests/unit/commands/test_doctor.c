/* doctor on machines that lack something. Each has a folder of programs for its whole PATH, and an
 * installation that has two boards: the more there are, the longer doctor takes. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/name_list.h"
#include "boards/board_programs.h"
#include "commands/exit_code.h"
#include "e2e/run_program.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TEST_TIMEOUT_S = 60, EVERY_BOARD_TIMEOUT_S = 300 };

/* A machine that QEMU does not have is no fault of this computer's. */
static bool lacks_a_program(void)
{
    const struct name_place place = {SOURCE_DIR "/qemu-machines", "", ".json"};
    cleanup_name_list char **boards = NULL;
    struct error err = {0};
    ck_assert_msg(name_list_load(&place, &boards, &err), "%s", err.text);
    for (char **board = boards; *board; board++) {
        char lacks[BOARD_REASON_SIZE];
        board_programs_lacking(*board, lacks);
        if (lacks[0] && !strstr(lacks, " has no machine ")) {
            printf("SKIP finds_all: %s: %s\n", *board, lacks);
            return true;
        }
    }
    return false;
}

START_TEST(finds_all)
{
    static const char program[] = BUILD_DIR "/bin/microtvm-qemu";
    const char *const argv[] = {program, "doctor", NULL};
    if (lacks_a_program())
        return;
    ck_assert_msg(program_run_other(argv) == EXIT_CODE_OK, "%s", program_output);
    ASSERT_PRINTED("Every board works");
}
END_TEST

#define MACHINES SOURCE_DIR "/qemu-machines"
#define INSTALLED_MACHINES "share/microtvm-qemu/qemu-machines"

static char home[] = "/tmp/microtvm-qemu-home-XXXXXX";

static bool copy(const char *from, const char *folder, const char *name, struct error *err)
{
    cleanup_free char *dir = file_path("%s/%s", home, folder);
    cleanup_free char *source = file_path("%s/%s", from, name);
    cleanup_free char *target = file_path("%s/%s", dir, name);
    return file_make_dirs(dir, err) && file_copy(source, target, err);
}

static void install(void)
{
    struct error err = {0};
    ck_assert_ptr_nonnull(mkdtemp(home));
    cleanup_free char *guest = file_path("%s/share/microtvm-qemu/guest", home);
    ck_assert_msg(copy(BUILD_DIR "/bin", "bin", "microtvm-qemu", &err) &&
                      copy(MACHINES, INSTALLED_MACHINES, "qemu_cortex_m3.json", &err) &&
                      copy(MACHINES, INSTALLED_MACHINES, "qemu_riscv32.json", &err) &&
                      file_copy_tree(SOURCE_DIR "/guest", guest, &err),
                  "%s", err.text);
}

static void uninstall(void)
{
    struct error ignored;
    file_remove_tree(home, &ignored);
}

/* `env ENVIRONMENT microtvm-qemu doctor` */
static int run(const char *environment)
{
    cleanup_free char *program = file_path("%s/bin/microtvm-qemu", home);
    const char *const argv[] = {"/usr/bin/env", environment, program, "doctor", NULL};
    return program_run_other(argv);
}

START_TEST(says_that_nothing_is_cached)
{
    ck_assert_msg(run("CCACHE_DIR=/proc") == EXIT_CODE_OK, "%s", program_output);
    ASSERT_PRINTED("no compiler cache, all is compiled: ");
    ASSERT_PRINTED("Every board works");
}
END_TEST

/* A folder with programs that a test names; it is the whole PATH of a doctor. */
static char tool_dir[] = "/tmp/microtvm-qemu-tools-XXXXXX";

static void make_tool_dir(void)
{
    ck_assert_ptr_nonnull(mkdtemp(tool_dir));
}

static void remove_tool_dir(void)
{
    struct error ignored;
    file_remove_tree(tool_dir, &ignored);
}

static void link_tool(const char *name)
{
    cleanup_free char *target = file_path("/usr/bin/%s", name);
    cleanup_free char *link = file_path("%s/%s", tool_dir, name);
    ck_assert_int_eq(symlink(target, link), 0);
}

static void fake_tool(const char *name, const char *script)
{
    cleanup_free char *path = file_path("%s/%s", tool_dir, name);
    struct error err = {0};
    ck_assert_msg(file_write(path, script, strlen(script), 0755, &err), "%s", err.text);
}

static int run_doctor_there(void)
{
    cleanup_free char *path = file_path("PATH=%s", tool_dir);
    return run(path);
}

START_TEST(names_packages)
{
    link_tool("ninja");
    ck_assert_int_eq(run_doctor_there(), EXIT_CODE_TOOL);
    ASSERT_PRINTED("Not every board works.");
    ASSERT_PRINTED("apt-get install --no-install-recommends cmake ");
    ASSERT_PRINTED(" qemu-system-arm");
    ASSERT_PRINTED(" qemu-system-riscv32");
    ASSERT_PRINTED(" gcc-arm-none-eabi");
    ASSERT_PRINTED(" picolibc-riscv64-unknown-elf");
    ck_assert_ptr_null(strstr(program_output, "ninja-build"));
}
END_TEST

static void link_all_but_ccache(void)
{
    static const char *const tools[] = {
        "env",
        "find",
        "cmake",
        "ninja",
        "qemu-system-arm",
        "qemu-system-riscv32",
        "arm-none-eabi-gcc",
        "arm-none-eabi-g++",
        "riscv64-unknown-elf-gcc",
        "riscv64-unknown-elf-g++",
    };
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
        link_tool(tools[i]);
}

START_TEST(without_ccache)
{
    link_all_but_ccache();
    ck_assert_msg(run_doctor_there() == EXIT_CODE_OK, "%s", program_output);
    ASSERT_PRINTED("optional ccache");
}
END_TEST

/* One program is a script instead. */
static void replace_tool(const char *name, const char *script)
{
    cleanup_free char *path = file_path("%s/%s", tool_dir, name);
    link_all_but_ccache();
    ck_assert_int_eq(unlink(path), 0);
    fake_tool(name, script);
}

/* It compiles; what its linker says is shown, to the last line. */
START_TEST(sees_a_compiler_that_does_not_link)
{
    replace_tool("arm-none-eabi-gcc",
                 "#!/bin/sh\n"
                 "case \"$*\" in *-Wl,*)\n"
                 "    echo 'main.c:(.text+0x10): in function `main:' >&2\n"
                 "    echo 'ld: cannot find -lm: No such file or directory' >&2\n"
                 "    echo 'collect2: error: ld returned 1 exit status' >&2\n"
                 "    exit 1 ;;\n"
                 "esac\n"
                 "exec /usr/bin/arm-none-eabi-gcc \"$@\"\n");
    ck_assert_int_eq(run_doctor_there(), EXIT_CODE_TOOL);
    ASSERT_PRINTED("ok       arm-none-eabi-gcc");
    ASSERT_PRINTED("broken     firmware");
    ASSERT_PRINTED("ld: cannot find -lm: No such file or directory");
    ASSERT_PRINTED("ok         firmware"); /* RISC-V's */
    ck_assert_ptr_null(strstr(program_output, "Install what is missing"));
}
END_TEST

/* Whether a compiler works is a matter of the board's flags. */
START_TEST(compiles_for_the_board)
{
    replace_tool("riscv64-unknown-elf-gcc",
                 "#!/bin/sh\n"
                 "case \"$*\" in *-mabi=ilp32*)\n"
                 "    echo \"riscv64-unknown-elf-gcc: error: unknown ABI 'ilp32'\" >&2\n"
                 "    exit 1 ;;\n"
                 "esac\n"
                 "exec /usr/bin/riscv64-unknown-elf-gcc \"$@\"\n");
    ck_assert_int_eq(run_doctor_there(), EXIT_CODE_TOOL);
    ASSERT_PRINTED("broken     firmware");
    ASSERT_PRINTED("unknown ABI 'ilp32'");
}
END_TEST

START_TEST(finds_no_c_library)
{
    replace_tool("arm-none-eabi-gcc",
                 "#!/bin/sh\n"
                 "case \"$*\" in *picolibc.specs*)\n"
                 "    echo 'gcc: fatal error: cannot read spec file picolibc.specs:"
                 " No such file or directory' >&2\n"
                 "    exit 1 ;;\n"
                 "esac\n"
                 "exec /usr/bin/arm-none-eabi-gcc \"$@\"\n");
    ck_assert_int_eq(run_doctor_there(), EXIT_CODE_TOOL);
    ASSERT_PRINTED("missing    firmware");
    ASSERT_PRINTED("apt-get install --no-install-recommends gcc-arm-none-eabi picolibc-arm");
}
END_TEST

START_TEST(finds_no_cxx_compiler)
{
    cleanup_free char *path = file_path("%s/arm-none-eabi-g++", tool_dir);
    link_all_but_ccache();
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(run_doctor_there(), EXIT_CODE_TOOL);
    ASSERT_PRINTED("missing    firmware");
    ASSERT_PRINTED("arm-none-eabi-g++: no such program, and C++ is to be compiled; install it: "
                   "apt-get install --no-install-recommends gcc-arm-none-eabi picolibc-arm");
}
END_TEST

/* It says its version and its machines, and runs none. */
START_TEST(sees_a_qemu_that_does_not_run)
{
    replace_tool("qemu-system-riscv32", "#!/bin/sh\n"
                                        "[ \"$1\" = --version ] || [ \"$2\" = help ] ||\n"
                                        "    { echo 'no memory for me' >&2; exit 1; }\n"
                                        "exec /usr/bin/qemu-system-riscv32 \"$@\"\n");
    ck_assert_int_eq(run_doctor_there(), EXIT_CODE_TOOL);
    ASSERT_PRINTED("ok       qemu-system-riscv32");
    ASSERT_PRINTED("broken     firmware");
    ASSERT_PRINTED("no memory for me");
}
END_TEST

START_TEST(sees_a_broken_compiler)
{
    fake_tool("arm-none-eabi-gcc", "#!/bin/sh\necho picolibc.specs: not found\nexit 1\n");
    ck_assert_int_eq(run_doctor_there(), EXIT_CODE_TOOL);
    ASSERT_PRINTED("broken   arm-none-eabi-gcc");
    ASSERT_PRINTED("picolibc.specs: not found");
}
END_TEST

START_TEST(sees_a_qemu_without_the_machine)
{
    fake_tool("qemu-system-arm", "#!/bin/sh\necho 'lm3s6965evb-like  another'\n");
    ck_assert_int_eq(run_doctor_there(), EXIT_CODE_TOOL);
    ASSERT_PRINTED("ok       qemu-system-arm");
    ASSERT_PRINTED("missing    machine                  lm3s6965evb: QEMU here does not have it");
}
END_TEST

/* Of a board's toolchains, the one is used that is whole, and where none is, each is named. */
START_TEST(takes_any_toolchain_of_several)
{
    static const char definition[] = "qemu_riscv32.json";
    cleanup_free char *path = file_path("%s/" INSTALLED_MACHINES "/%s", home, definition);
    cleanup_free char *text = NULL;
    struct error err = {0};
    ck_assert(file_read(path, 1 << 16, &text, NULL, &err));
    char *toolchain = strstr(text, "\"toolchain\": {");
    ck_assert_ptr_nonnull(toolchain);
    char *end = strchr(toolchain, '}');
    cleanup_free char *several =
        file_path("%.*s\"toolchain\": [{\"prefix\": \"bare-\", \"packages\": [\"gcc-bare\", "
                  "\"libc-bare\"]}, %.*s]%s",
                  (int)(toolchain - text), text, (int)(end - strchr(toolchain, '{')) + 1,
                  strchr(toolchain, '{'), end + 1);
    ck_assert_msg(file_write(path, several, strlen(several), 0644, &err), "%s", err.text);
    link_all_but_ccache();
    fake_tool("bare-gcc", "#!/bin/sh\necho \"${1#-print-file-name=}\"\n");
    ck_assert_msg(run_doctor_there() == EXIT_CODE_OK, "%s", program_output);
    ASSERT_PRINTED("ok       riscv64-unknown-elf-gcc");

    cleanup_free char *gcc = file_path("%s/riscv64-unknown-elf-gcc", tool_dir);
    cleanup_free char *bare = file_path("%s/bare-gcc", tool_dir);
    ck_assert(unlink(gcc) == 0 && unlink(bare) == 0);
    ck_assert_int_eq(run_doctor_there(), EXIT_CODE_TOOL);
    ASSERT_PRINTED("missing  bare-gcc");
    ASSERT_PRINTED("Install what is missing:\n"
                   "  apt-get install --no-install-recommends gcc-bare libc-bare (or, where the "
                   "distribution has not all of these: gcc-riscv64-unknown-elf "
                   "picolibc-riscv64-unknown-elf)\n");
    ck_assert(copy(MACHINES, INSTALLED_MACHINES, definition, &err));
}
END_TEST

START_TEST(without_temporary_folder)
{
    ck_assert_int_eq(run("TMPDIR=/nonexistent"), EXIT_CODE_SYSTEM);
    ASSERT_PRINTED("/nonexistent");
    ASSERT_PRINTED("TMPDIR");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("doctor");
    TCase *boards = tcase_create("boards");
    tcase_set_timeout(boards, EVERY_BOARD_TIMEOUT_S);
    tcase_add_test(boards, finds_all);
    suite_add_tcase(suite, boards);

    TCase *tools = tcase_create("tools");
    tcase_set_timeout(tools, TEST_TIMEOUT_S);
    tcase_add_unchecked_fixture(tools, install, uninstall);
    tcase_add_checked_fixture(tools, make_tool_dir, remove_tool_dir);
    tcase_add_test(tools, says_that_nothing_is_cached);
    tcase_add_test(tools, without_temporary_folder);
    tcase_add_test(tools, names_packages);
    tcase_add_test(tools, without_ccache);
    tcase_add_test(tools, sees_a_broken_compiler);
    tcase_add_test(tools, sees_a_compiler_that_does_not_link);
    tcase_add_test(tools, compiles_for_the_board);
    tcase_add_test(tools, finds_no_c_library);
    tcase_add_test(tools, finds_no_cxx_compiler);
    tcase_add_test(tools, sees_a_qemu_that_does_not_run);
    tcase_add_test(tools, sees_a_qemu_without_the_machine);
    tcase_add_test(tools, takes_any_toolchain_of_several);
    suite_add_tcase(suite, tools);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
