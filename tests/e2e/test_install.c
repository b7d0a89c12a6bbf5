/* What `cmake --install` lays down: complete, good from a place that nobody may write to, and for
 * several users at once, each with a project of its own. */
#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "e2e/api_client.h"
#include "e2e/digits.h"

#include <check.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { USERS = 2, FIRST_USER = 65533, TEST_TIMEOUT_S = 400, INSTALL_TIMEOUT_MS = 60 * 1000 };

static const char *const BOARDS[USERS] = {"qemu_cortex_m3", "qemu_riscv32"};

static char dir[] = "/tmp/test_install-XXXXXX"; /* DIR/prefix, and DIR/USER each */
static struct error err;

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return path;
}

static void print_line(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "%s\n", line);
}

static void run(const char *const *argv)
{
    struct child_options options = {.argv = argv, .stdin_fd = -1, .parent_death_signal = SIGKILL};
    int status = 0;
    ck_assert_msg(child_run(&options, deadline_in_ms(INSTALL_TIMEOUT_MS), NULL, print_line, NULL,
                            &status, &err),
                  "%s", err.text);
    ck_assert_int_eq(status, 0);
}

static void install(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chmod(dir, 0755), 0);
    cleanup_free char *prefix = file_path("%s/prefix", dir);
    umask(077); /* an administrator who is careful, and whose users are to have it all the same */
    run((const char *[]){"cmake", "--install", BUILD_DIR, "--prefix", prefix, NULL});
    run((const char *[]){"chmod", "-R", "a-w", prefix, NULL});
    /* Other users may not reach this checkout. */
    cleanup_free char *archive = file_path("%s/digits.tar", dir);
    ck_assert_msg(file_copy(DIGITS_ARCHIVE, archive, &err) && digits_load(&err), "%s", err.text);
    ck_assert_int_eq(chmod(archive, 0644), 0);
}

static void uninstall(void)
{
    cleanup_free char *prefix = file_path("%s/prefix", dir);
    run((const char *[]){"chmod", "-R", "u+w", prefix, NULL});
    ck_assert_msg(file_remove_tree(dir, &err), "%s", err.text);
}

START_TEST(everything_is_in_its_usual_place)
{
    static const char *const programs[] = {
        "bin/microtvm-qemu",
        "share/microtvm-qemu/template/launch_microtvm_api_server.sh",
        "share/microtvm-qemu/template/microtvm_api_server.sh",
    };
    static const char *const files[] = {
        "share/microtvm-qemu/template/boards.json",
        "share/microtvm-qemu/guest/CMakeLists.txt",
        "share/microtvm-qemu/guest/crt/include/tvm/runtime/crt/crt.h",
        "share/microtvm-qemu/qemu-machines/mps2_an385.json",
        "share/man/man1/microtvm-qemu.1",
        "share/bash-completion/completions/microtvm-qemu",
        "share/zsh/site-functions/_microtvm-qemu",
        "share/doc/microtvm-qemu/CHANGELOG.md",
        "share/doc/microtvm-qemu/rpc-server.md",
        "share/doc/microtvm-qemu/run.md",
    };
    char name[128];
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        snprintf(name, sizeof(name), "prefix/%s", programs[i]);
        ck_assert_msg(access(path_of(name), X_OK) == 0, "%s: %s", name, strerror(errno));
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(name, sizeof(name), "prefix/%s", files[i]);
        ck_assert_msg(access(path_of(name), R_OK) == 0, "%s: %s", name, strerror(errno));
    }
    run((const char *[]){path_of("prefix/bin/microtvm-qemu"), "template-dir", NULL});
}
END_TEST

/* As TVM's test helpers read it: a member for each board, with at least these. */
START_TEST(boards_json_is_what_tvms_tools_read)
{
    cleanup_free char *text = NULL;
    ck_assert_msg(file_read(path_of("prefix/share/microtvm-qemu/template/boards.json"), 1 << 20,
                            &text, NULL, &err),
                  "%s", err.text);
    cJSON *boards = cJSON_Parse(text);
    const cJSON *board = NULL;
    int count = 0;
    cJSON_ArrayForEach(board, boards)
    {
        char name[128];
        snprintf(name, sizeof(name), "prefix/share/microtvm-qemu/qemu-machines/%s.json",
                 board->string);
        ck_assert_msg(access(path_of(name), R_OK) == 0, "no board %s", board->string);
        ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(board, "board")), board->string);
        ck_assert(cJSON_IsString(cJSON_GetObjectItem(board, "model")));
        ck_assert(cJSON_IsTrue(cJSON_GetObjectItem(board, "is_qemu")));
        ck_assert(cJSON_IsBool(cJSON_GetObjectItem(board, "fpu")));
        ck_assert(cJSON_IsString(cJSON_GetObjectItem(board, "vid_hex")));
        ck_assert(cJSON_IsString(cJSON_GetObjectItem(board, "pid_hex")));
        count++;
    }
    cJSON_Delete(boards);
    ck_assert_int_ge(count, 3);
}
END_TEST

static bool steps(struct api_client *client)
{
    struct link_stream stream = api_stream(client);
    return api_step(client, "build", &err) && api_step(client, "flash", &err) &&
           api_step(client, "open_transport", &err) && digits_check(&stream, 1, &err) &&
           api_step(client, "close_transport", &err);
}

/* The whole way, from the installed template's launcher on. */
static bool work(const char *home, const char *board)
{
    struct api_client client;
    char options[64];
    cleanup_free char *template = file_path("%s/prefix/share/microtvm-qemu/template", dir);
    cleanup_free char *archive = file_path("%s/digits.tar", dir);
    cleanup_free char *project = file_path("%s/project", home);
    snprintf(options, sizeof(options), "{\"board\": \"%s\"}", board);
    if (!api_start(template, &client, &err))
        return false;
    bool good = api_generate(&client, archive, project, options, &err);
    if (api_stop(&client) != 0 || !good || !api_start(project, &client, &err))
        return false;
    good = steps(&client);
    if (api_stop(&client) != 0 || !good)
        return false;
    return file_remove_tree(project, &err); /* nothing in it is only ours to read */
}

static void become_user(uid_t user, const char *home)
{
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setresgid(user, user, user) != 0 ||
                           setresuid(user, user, user) != 0)) {
        perror("setresuid");
        _exit(126);
    }
    setenv("HOME", home, 1);
    unsetenv("XDG_CACHE_HOME");
    unsetenv("CCACHE_DIR");
    umask(077);
}

static pid_t start_user(int number)
{
    cleanup_free char *home = file_path("%s/user%d", dir, number);
    uid_t user = geteuid() == 0 ? (uid_t)(FIRST_USER + number) : geteuid();
    ck_assert_int_eq(mkdir(home, 0700), 0);
    if (geteuid() == 0)
        ck_assert_int_eq(chown(home, user, user), 0);
    pid_t pid = fork();
    if (pid == 0) {
        become_user(user, home);
        bool good = work(home, BOARDS[number]);
        if (!good)
            fprintf(stderr, "user %d: %s\n", (int)user, err.text);
        _exit(!good);
    }
    return pid;
}

/* Only root can be two other users; anyone else is themselves twice, on the read-only prefix. */
START_TEST(two_users_at_once)
{
    pid_t pids[USERS];
    for (int i = 0; i < USERS; i++)
        pids[i] = start_user(i);
    for (int i = 0; i < USERS; i++) {
        int status = 0;
        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert_msg(status == 0, "user %d: status 0x%x", i, (unsigned)status);
    }
}
END_TEST

int main(void)
{
    struct stat archive;
    if (stat(DIGITS_ARCHIVE, &archive) != 0) {
        perror(DIGITS_ARCHIVE);
        return EXIT_FAILURE;
    }
    Suite *suite = suite_create("install");
    TCase *tests = tcase_create("install");
    tcase_set_timeout(tests, TEST_TIMEOUT_S);
    tcase_add_unchecked_fixture(tests, install, uninstall);
    tcase_add_test(tests, everything_is_in_its_usual_place);
    tcase_add_test(tests, boards_json_is_what_tvms_tools_read);
    tcase_add_test(tests, two_users_at_once);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
