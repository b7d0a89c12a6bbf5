/* boards, doctor and template-dir, run as a user runs them. */
#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "commands/exit_code.h"

#include <check.h>
#include <cjson/cJSON.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const char program[] = BUILD_DIR "/bin/microtvm-qemu";

enum { OUTPUT_SIZE = 64 * 1024, TEST_TIMEOUT_S = 20 };

static char output[OUTPUT_SIZE];

static void keep_line(void *context, const char *line)
{
    (void)context;
    size_t length = strlen(output);
    snprintf(output + length, sizeof output - length, "%s\n", line);
}

/* Runs `env ENVIRONMENT microtvm-qemu ARGUMENT...`; what it printed is in output. */
static int run(const char *environment, const char *command, const char *argument)
{
    const char *argv[] = {"/usr/bin/env", environment, program, command, argument, NULL};
    struct child_options options = {
        .argv = argv,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = -1,
        .parent_death_signal = SIGKILL,
    };
    struct error err = {0};
    int status;
    output[0] = '\0';
    ck_assert_msg(child_run(&options, deadline_in_ms(60000), NULL, keep_line, NULL, &status, &err),
                  "%s", err.text);
    ck_assert_msg(WIFEXITED(status), "%s", output);
    return WEXITSTATUS(status);
}

static void assert_printed(const char *text)
{
    ck_assert_msg(strstr(output, text) != NULL, "no \"%s\" in:\n%s", text, output);
}

START_TEST(test_boards_table)
{
    ck_assert_int_eq(run("A=", "boards", NULL), EXIT_CODE_OK);
    assert_printed("qemu_cortex_m3");
    assert_printed("lm3s6965evb");
    assert_printed("256K");
    assert_printed("64K");
    assert_printed("qemu_riscv32");
}
END_TEST

START_TEST(test_boards_json)
{
    ck_assert_int_eq(run("A=", "boards", "--json"), EXIT_CODE_OK);
    cJSON *boards = cJSON_Parse(output);
    ck_assert_msg(cJSON_IsArray(boards), "%s", output);
    const cJSON *board;
    bool found = false;
    cJSON_ArrayForEach(board, boards)
    {
        ck_assert_double_gt(
            cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(board, "flash_size_bytes")), 0);
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(board, "name"));
        ck_assert_ptr_nonnull(name);
        if (strcmp(name, "qemu_cortex_m3") != 0)
            continue;
        found = true;
        ck_assert_double_eq(
            cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(board, "ram_size_bytes")),
            64 * 1024);
    }
    ck_assert(found);
    cJSON_Delete(boards);
}
END_TEST

START_TEST(test_wrong_arguments)
{
    static const char *const commands[] = {"boards", "doctor", "template-dir"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        ck_assert_int_eq(run("A=", commands[i], "nonsense"), EXIT_CODE_USAGE);
        assert_printed("nonsense");
        ck_assert_int_eq(run("A=", commands[i], "--help"), EXIT_CODE_OK);
        assert_printed("Usage: microtvm-qemu");
    }
    ck_assert_int_eq(run("A=", "boards", "--nonsense"), EXIT_CODE_USAGE);
}
END_TEST

/* What TVM's test helpers look up must be there for each board, and for no other. */
START_TEST(test_template_has_all_boards)
{
    ck_assert_int_eq(run("A=", "template-dir", NULL), EXIT_CODE_OK);
    output[strcspn(output, "\n")] = '\0';
    cleanup_free char *launcher = file_path("%s/launch_microtvm_api_server.sh", output);
    ck_assert_int_eq(access(launcher, X_OK), 0);
    cleanup_free char *path = file_path("%s/boards.json", output);
    cleanup_free char *text = NULL;
    struct error err = {0};
    ck_assert_msg(file_read(path, 1 << 20, &text, NULL, &err), "%s", err.text);
    cJSON *template_boards = cJSON_Parse(text);
    ck_assert_ptr_nonnull(template_boards);

    ck_assert_int_eq(run("A=", "boards", "--json"), EXIT_CODE_OK);
    cJSON *boards = cJSON_Parse(output);
    ck_assert_int_eq(cJSON_GetArraySize(boards), cJSON_GetArraySize(template_boards));
    const cJSON *board;
    cJSON_ArrayForEach(board, boards)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(board, "name"));
        const cJSON *same = cJSON_GetObjectItemCaseSensitive(template_boards, name);
        ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(same, "model")),
                         cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(board, "model")));
    }
    cJSON_Delete(boards);
    cJSON_Delete(template_boards);
}
END_TEST

START_TEST(test_doctor_finds_all)
{
    ck_assert_msg(run("A=", "doctor", NULL) == EXIT_CODE_OK, "%s", output);
    assert_printed("Every board works.");
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
    return run(path, "doctor", NULL);
}

START_TEST(test_doctor_names_packages)
{
    link_tool("ninja");
    ck_assert_int_eq(run_doctor_there(), EXIT_CODE_TOOL);
    assert_printed("Not every board works.");
    assert_printed("apt-get install --no-install-recommends cmake ");
    assert_printed(" qemu-system-arm");
    assert_printed(" gcc-arm-none-eabi");
    assert_printed(" picolibc-riscv64-unknown-elf");
    ck_assert_ptr_null(strstr(output, "ninja-build"));
}
END_TEST

START_TEST(test_doctor_without_ccache)
{
    static const char *const tools[] = {
        "cmake",
        "ninja",
        "qemu-system-arm",
        "qemu-system-riscv32",
        "arm-none-eabi-gcc",
        "riscv64-unknown-elf-gcc",
    };
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
        link_tool(tools[i]);
    ck_assert_msg(run_doctor_there() == EXIT_CODE_OK, "%s", output);
    assert_printed("optional ccache");
}
END_TEST

START_TEST(test_doctor_sees_a_broken_compiler)
{
    fake_tool("arm-none-eabi-gcc", "#!/bin/sh\necho picolibc.specs: not found\nexit 1\n");
    ck_assert_int_eq(run_doctor_there(), EXIT_CODE_TOOL);
    assert_printed("broken   arm-none-eabi-gcc");
    assert_printed("picolibc.specs: not found");
}
END_TEST

START_TEST(test_doctor_sees_a_qemu_without_the_machine)
{
    fake_tool("qemu-system-arm", "#!/bin/sh\necho 'lm3s6965evb-like  another'\n");
    ck_assert_int_eq(run_doctor_there(), EXIT_CODE_TOOL);
    assert_printed("ok       qemu-system-arm");
    assert_printed("missing    machine");
}
END_TEST

START_TEST(test_doctor_without_temporary_folder)
{
    ck_assert_int_eq(run("TMPDIR=/nonexistent", "doctor", NULL), EXIT_CODE_SYSTEM);
    assert_printed("/nonexistent");
    assert_printed("TMPDIR");
}
END_TEST

START_TEST(test_exit_codes)
{
    static const struct {
        enum error_kind kind;
        int code;
    } cases[] = {{ERROR_NONE, 0},   {ERROR_USAGE, 2},    {ERROR_STATE, 2},
                 {ERROR_MODEL, 3},  {ERROR_BUILD, 4},    {ERROR_DEVICE, 5},
                 {ERROR_CLOSED, 5}, {ERROR_TIMEOUT, 5},  {ERROR_TOOL, 6},
                 {ERROR_SYSTEM, 7}, {ERROR_INTERNAL, 7}, {ERROR_INTERRUPTED, 130}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error err = {.kind = cases[i].kind};
        ck_assert_int_eq(exit_code_of(&err), cases[i].code);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("commands");
    TCase *plain = tcase_create("plain");
    tcase_set_timeout(plain, TEST_TIMEOUT_S);
    tcase_add_test(plain, test_exit_codes);
    tcase_add_test(plain, test_boards_table);
    tcase_add_test(plain, test_boards_json);
    tcase_add_test(plain, test_wrong_arguments);
    tcase_add_test(plain, test_template_has_all_boards);
    tcase_add_test(plain, test_doctor_finds_all);
    tcase_add_test(plain, test_doctor_without_temporary_folder);
    suite_add_tcase(suite, plain);

    TCase *tools = tcase_create("tools");
    tcase_set_timeout(tools, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tools, make_tool_dir, remove_tool_dir);
    tcase_add_test(tools, test_doctor_names_packages);
    tcase_add_test(tools, test_doctor_without_ccache);
    tcase_add_test(tools, test_doctor_sees_a_broken_compiler);
    tcase_add_test(tools, test_doctor_sees_a_qemu_without_the_machine);
    suite_add_tcase(suite, tools);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
