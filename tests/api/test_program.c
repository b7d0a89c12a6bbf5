/* The real program at its edges: a client that reads slowly, one that sends everything at once, one
 * that is gone; signals; and what is typed wrong. */
#include "server_process.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <check.h>
#include <cjson/cJSON.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEMPLATE BUILD_DIR "/share/microtvm-qemu/template"
#define PROGRAM BUILD_DIR "/bin/microtvm-qemu"
#define INFO                                                                                       \
    "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"server_info_query\", \"params\": "            \
    "{\"tvm_version\": \"0.18.0\"}}\n"

static char folder[64];
static struct server_process server;

static void set_up(void)
{
    strcpy(folder, "/tmp/test_program.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void tear_down(void)
{
    struct error err;
    server_kill(&server);
    file_remove_tree(folder, &err);
}

static void start(const char *dir)
{
    cleanup_free char *log = file_path("%s/stderr", folder);
    ck_assert(server_start(dir, log, &server));
}

static void send_text(const char *text)
{
    ck_assert(server_send(&server, text, strlen(text)));
}

/* The replies of so many requests are far more than a pipe holds. */
enum { MANY = 200 };

static void send_many(void)
{
    for (int i = 0; i < MANY; i++)
        send_text(INFO);
}

START_TEST(a_slow_reader_gets_all)
{
    start(TEMPLATE);
    send_many();
    for (int i = 0; i < MANY; i++) {
        cleanup_free char *line = server_receive(&server);
        ck_assert_msg(line != NULL, "reply %d is missing", i);
        cJSON *reply = cJSON_Parse(line);
        ck_assert_msg(cJSON_GetObjectItem(reply, "result") != NULL, "%s", line);
        cJSON_Delete(reply);
    }
    server_close_requests(&server);
    ck_assert_int_eq(server_wait(&server), 0);
}
END_TEST

/* A signal must get through wherever the server waits. */
START_TEST(signals_end_it)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    int number = signals[_i % 3];
    bool is_writing = _i >= 3; /* more than the pipe holds, so that it must wait */
    start(TEMPLATE);
    send_text(INFO);
    free(server_receive(&server)); /* it is at work now */
    if (is_writing)
        send_many();
    kill(server.pid, number);
    char *line = NULL;
    while ((line = server_receive(&server)) != NULL)
        free(line);
    server.line_size = 0; /* it may have been stopped inside of a line */
    ck_assert_int_eq(server_wait(&server), 128 + number);
}
END_TEST

START_TEST(it_ends_when_nobody_reads_replies)
{
    start(TEMPLATE);
    send_text(INFO);
    free(server_receive(&server));
    close(server.replies);
    int status = 0;
    ck_assert_int_eq(waitpid(server.pid, &status, 0), server.pid); /* requests are still open */
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    server_close_requests(&server);
    free(server.line);
    server = (struct server_process){.pid = 0, .requests = -1, .replies = -1};
}
END_TEST

START_TEST(long_lines_are_taken)
{
    enum { CHARS = 5 * 1024 * 1024 };
    static char data[CHARS + 1];
    memset(data, '0', CHARS);
    start(TEMPLATE);
    send_text("{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"write_transport\", \"params\": "
              "{\"timeout_sec\": 0, \"data\": \"");
    ck_assert(server_send(&server, data, CHARS));
    send_text("\"}}\n" INFO);
    cleanup_free char *line = server_receive(&server);
    ck_assert_ptr_nonnull(strstr(line, "TransportClosedError"));
    cleanup_free char *next = server_receive(&server);
    ck_assert_ptr_nonnull(strstr(next, "\"result\""));
    server_close_requests(&server);
    ck_assert_int_eq(server_wait(&server), 0);
}
END_TEST

/* As `microtvm-qemu serve < requests` has it: nobody will send more, but all is to be answered. */
START_TEST(what_was_sent_before_the_end_is_carried_out)
{
    static const char *const calls[] = {
        "\"build\", \"params\": {\"options\": {}}",
        "\"flash\", \"params\": {\"options\": {}}",
        "\"open_transport\", \"params\": {\"options\": {}}",
        "\"write_transport\", \"params\": {\"data\": \"|NR310055w08c;\", \"timeout_sec\": 5}",
        "\"read_transport\", \"params\": {\"n\": 2, \"timeout_sec\": 5}",
    };
    enum { CALLS = sizeof(calls) / sizeof(calls[0]) };
    cleanup_free char *project = file_path("%s/p", folder);
    cleanup_free char *generate = file_path(
        "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"generate_project\", \"params\": "
        "{\"model_library_format_path\": \"%s\", \"standalone_crt_dir\": \"\", \"project_dir\": "
        "\"%s\", \"options\": {\"board\": \"mps2_an385\"}}}\n",
        SOURCE_DIR "/tests/models/digits.tar", project);
    start(TEMPLATE);
    send_text(generate);
    server_close_requests(&server);
    cleanup_free char *generated = server_receive(&server);
    ck_assert_ptr_nonnull(strstr(generated, "\"result\": null"));
    ck_assert_int_eq(server_wait(&server), 0);

    start(project);
    for (int i = 0; i < CALLS; i++) {
        cleanup_free char *request =
            file_path("{\"jsonrpc\": \"2.0\", \"id\": %d, \"method\": %s}\n", i, calls[i]);
        send_text(request);
    }
    server_close_requests(&server);
    for (int i = 0; i < CALLS; i++) {
        cleanup_free char *line = server_receive(&server);
        ck_assert_msg(line && strstr(line, "\"result\""), "%s: %s", calls[i], line);
    }
    ck_assert_int_eq(server_wait(&server), 0);
}
END_TEST

/* Requests from a file, replies into one: neither can be waited for. */
START_TEST(files_do_as_well_as_pipes)
{
    cleanup_free char *requests = file_path("%s/requests", folder);
    cleanup_free char *replies = file_path("%s/replies", folder);
    cleanup_free char *text = NULL;
    struct error err = {0};
    int status = 0;
    ck_assert(file_write(requests, INFO INFO, strlen(INFO INFO), 0644, &err));
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen(requests, "r", stdin) || !freopen(replies, "w", stdout))
            _exit(126);
        execl(PROGRAM, "microtvm-qemu", "serve", "--project-dir", TEMPLATE, "--read-fd", "0",
              "--write-fd", "1", NULL);
        _exit(127);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_msg(file_read(replies, 65536, &text, NULL, &err), "%s", err.text);
    const char *first = strstr(text, "\"platform_name\"");
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_nonnull(strstr(first + 1, "\"platform_name\""));
}
END_TEST

/* With --debug, whatever a client sends reaches somebody's terminal. */
START_TEST(debugging_shows_what_can_be_seen)
{
    static const char request[] = "\033[2J \xc2\x9b " INFO;
    cleanup_free char *requests = file_path("%s/requests", folder);
    cleanup_free char *log = file_path("%s/log", folder);
    cleanup_free char *text = NULL;
    struct error err = {0};
    int status = 0;
    ck_assert(file_write(requests, request, strlen(request), 0644, &err));
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen(requests, "r", stdin) || !freopen(log, "w", stderr))
            _exit(126);
        execl(PROGRAM, "microtvm-qemu", "serve", "--debug", "--project-dir", TEMPLATE, "--read-fd",
              "0", "--write-fd", "1", NULL);
        _exit(127);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 2); /* it is no JSON */
    ck_assert_msg(file_read(log, 65536, &text, NULL, &err), "%s", err.text);
    ck_assert_msg(strstr(text, "<- \\x1b[2J \\xc2\\x9b {\"jsonrpc\": \"2.0\", "), "%s", text);
    ck_assert_ptr_null(strchr(text, '\033'));
}
END_TEST

/* A client may have one socket for both ways, as inetd's have. */
START_TEST(one_socket_does_for_both_ways)
{
    int ends[2];
    char number[16];
    static char reply[65536];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    snprintf(number, sizeof(number), "%d", ends[1]);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        execl(PROGRAM, "microtvm-qemu", "serve", "--project-dir", TEMPLATE, "--read-fd", number,
              "--write-fd", number, NULL);
        _exit(127);
    }
    close(ends[1]);
    for (int i = 0; i < 2; i++) {
        ssize_t got = 0;
        ck_assert_int_eq(write(ends[0], INFO, strlen(INFO)), (ssize_t)strlen(INFO));
        for (size_t size = 0; size == 0 || reply[size - 1] != '\n'; size += (size_t)got) {
            got = read(ends[0], reply + size, sizeof(reply) - 1 - size);
            ck_assert_int_gt(got, 0);
        }
        ck_assert_ptr_nonnull(strstr(reply, "\"result\""));
    }
    int status = 0;
    close(ends[0]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* What is typed, how it ends, and what standard error or output must hold. */
static const struct {
    const char *arguments[5];
    int status;
    const char *text;
} TYPED[] = {
    {{NULL}, 2, "Usage: microtvm-qemu COMMAND"},
    {{"--help"}, 0, "template-dir"},
    {{"help"}, 0, "template-dir"},
    {{"help", "run"}, 0, "usage: microtvm-qemu run MODEL.tar"},
    {{"help", "serve"}, 0, "--read-fd N"},
    {{"help", "help"}, 0, "template-dir"},
    {{"help", "bords"}, 2, "did you mean \"boards\"?"},
    {{"help", "run", "boards"}, 2, "\"boards\": one command at a time"},
    {{"--version"}, 0, "microtvm-qemu "},
    {{"-V"}, 0, "microtvm-qemu "},
    {{"version"}, 0, "microtvm-qemu "},
    {{"--versoin"}, 2, "did you mean \"version\"?"},
    {{"surve"}, 2, "\"surve\": no such command; did you mean \"serve\"?"},
    {{"template"}, 2, "did you mean \"template-dir\"?"},
    {{"%s%n"}, 2, "\"%s%n\": no such command"},
    {{"a-word-much-longer-than-any-command-of-ours-could-ever-be"}, 2, "no such command"},
    {{"serve", "--help"}, 0, "--read-fd N"},
    {{"serve"}, 2, "--read-fd and --write-fd must be given"},
    {{"serve", "--read-fd", "x"}, 2, "--read-fd \"x\": want the number of an open descriptor"},
    {{"serve", "--read-fd", "-1"}, 2, "--read-fd \"-1\""},
    {{"serve", "--read-fd", "99999999999"}, 2, "99999999999"},
    {{"serve", "--read-fd=0", "--write-fd=1", "more"}, 2, "\"more\": takes no such argument"},
    {{"serve", "--read-fd=0", "--write-fd=1", "--fast"}, 2, "--fast"},
    {{"serve", "--read-fd=77", "--write-fd=1"}, 7, "--read-fd 77: Bad file descriptor"},
    {{"serve", "--read-fd=0", "--write-fd=78"}, 7, "--write-fd 78: Bad file descriptor"},
    {{"serve", "--read-fd=0", "--write-fd=1", "--project-dir=/no/such"}, 7, "\"/no/such\""},
};

START_TEST(typed)
{
    cleanup_free char *path = file_path("%s/output", folder);
    cleanup_free char *output = NULL;
    struct error err = {0};
    int status = 0;
    char *argv[7] = {"microtvm-qemu"};
    for (int i = 0; i < 5; i++)
        argv[i + 1] = (char *)TYPED[_i].arguments[i];
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("/dev/null", "r", stdin) || !freopen(path, "w", stdout) ||
            dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
            _exit(126);
        execv(PROGRAM, argv);
        _exit(127);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(file_read(path, 65536, &output, NULL, &err), "%s", err.text);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == TYPED[_i].status, "status 0x%x: %s",
                  (unsigned)status, output);
    ck_assert_msg(strstr(output, TYPED[_i].text) != NULL, "\"%s\" is not in: %s", TYPED[_i].text,
                  output);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("program");
    TCase *cases = tcase_create("program");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_set_timeout(cases, 180);
    tcase_add_test(cases, a_slow_reader_gets_all);
    tcase_add_loop_test(cases, signals_end_it, 0, 6);
    tcase_add_test(cases, it_ends_when_nobody_reads_replies);
    tcase_add_test(cases, files_do_as_well_as_pipes);
    tcase_add_test(cases, debugging_shows_what_can_be_seen);
    tcase_add_test(cases, one_socket_does_for_both_ways);
    tcase_add_test(cases, long_lines_are_taken);
    tcase_add_test(cases, what_was_sent_before_the_end_is_carried_out);
    tcase_add_loop_test(cases, typed, 0, sizeof(TYPED) / sizeof(TYPED[0]));
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
