/* boards and template-dir, and what a subcommand of few words has, run as a user runs them. */
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
    assert_printed("Cortex-M3");
    assert_printed("256K");
    assert_printed("64K");
    assert_printed("qemu_riscv32");
}
END_TEST

START_TEST(test_boards_json)
{
    ck_assert_int_eq(run("A=", "boards", "--json"), EXIT_CODE_OK);
    cJSON *document = cJSON_Parse(output);
    const cJSON *boards = cJSON_GetObjectItemCaseSensitive(document, "boards");
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
        ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(board, "core")),
                         "Cortex-M3");
        ck_assert(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(board, "floating_point")));
    }
    ck_assert(found);
    cJSON_Delete(document);
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
    ck_assert_int_eq(run("A=", "doctor", "--nonsense"), EXIT_CODE_USAGE);
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
    cJSON *document = cJSON_Parse(output);
    const cJSON *boards = cJSON_GetObjectItemCaseSensitive(document, "boards");
    ck_assert_int_eq(cJSON_GetArraySize(boards), cJSON_GetArraySize(template_boards));
    const cJSON *board;
    cJSON_ArrayForEach(board, boards)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(board, "name"));
        const cJSON *same = cJSON_GetObjectItemCaseSensitive(template_boards, name);
        ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(same, "model")),
                         cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(board, "model")));
    }
    cJSON_Delete(document);
    cJSON_Delete(template_boards);
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
    suite_add_tcase(suite, plain);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
