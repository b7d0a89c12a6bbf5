/* Children: what they get, what they leave behind (nothing), and how they end. */
#include "base/child.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONG_MS = 60 * 1000, LINES_MAX = 64 };

static struct error err;
static int status;
static char *lines[LINES_MAX];
static size_t lines_count;

static void keep_line(void *context, const char *line)
{
    ck_assert_ptr_eq(context, &lines_count);
    ck_assert_uint_lt(lines_count, LINES_MAX);
    lines[lines_count++] = strdup(line);
}

static struct child_options shell(const char *script)
{
    static const char *argv[4];
    argv[0] = "sh";
    argv[1] = "-c";
    argv[2] = script;
    argv[3] = NULL;
    return (struct child_options){.argv = argv,
                                  .stdin_fd = -1,
                                  .stdout_fd = -1,
                                  .stderr_fd = -1,
                                  .parent_death_signal = SIGKILL};
}

static bool run(const char *script)
{
    struct child_options options = shell(script);
    lines_count = 0;
    return child_run(&options, deadline_in_ms(LONG_MS), NULL, keep_line, &lines_count, &status,
                     &err);
}

/* A zombie has ended: in a container, nobody may reap those that are not ours. */
static bool process_exists(pid_t pid)
{
    char path[64];
    char state = 'Z';
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    int found = fscanf(file, "%*d (%*[^)]) %c", &state);
    fclose(file);
    return found == 1 && state != 'Z';
}

static void wait_for_end(pid_t pid)
{
    while (process_exists(pid))
        usleep(1000);
}

START_TEST(run_joins_stdout_and_stderr_by_lines)
{
    ck_assert_msg(run("echo one; echo two >&2; printf 'three\\r\\n\\nfour'; exit 3"), "%s",
                  err.text);
    ck_assert_uint_eq(lines_count, 5);
    ck_assert_str_eq(lines[0], "one");
    ck_assert_str_eq(lines[1], "two");
    ck_assert_str_eq(lines[2], "three");
    ck_assert_str_eq(lines[3], "");
    ck_assert_str_eq(lines[4], "four");
    ck_assert_int_eq(WEXITSTATUS(status), 3);
}
END_TEST

START_TEST(run_splits_long_lines_and_drops_nul)
{
    ck_assert(run("head -c 20000 /dev/zero | tr '\\0' a; printf '\\nb\\0c\\n'"));
    ck_assert_uint_eq(lines_count, 4);
    ck_assert_uint_eq(strlen(lines[0]), 8192);
    ck_assert_uint_eq(strlen(lines[2]), 20000 - 2 * 8192);
    ck_assert_str_eq(lines[3], "bc");
}
END_TEST

START_TEST(run_takes_in_more_than_a_pipe_holds)
{
    struct child_options options = shell("head -c 3000000 /dev/zero");
    ck_assert(child_run(&options, deadline_in_ms(LONG_MS), NULL, NULL, NULL, &status, &err));
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(standard_input_is_empty)
{
    ck_assert(run("cat; echo end"));
    ck_assert_uint_eq(lines_count, 1);
    ck_assert_str_eq(lines[0], "end");
}
END_TEST

START_TEST(missing_program_names_its_package)
{
    const char *const argv[] = {"no-such-program", NULL};
    struct child_options options = {.argv = argv, .stdin_fd = -1, .package = "some-package"};
    struct child child = CHILD_NONE;
    ck_assert(!child_start(&options, deadline_in_ms(60000), NULL, &child, &err));
    ck_assert_int_eq(err.kind, ERROR_TOOL);
    ck_assert_ptr_nonnull(strstr(err.text, "no-such-program: no such program"));
    ck_assert_ptr_nonnull(strstr(err.text, "some-package"));
    ck_assert_int_eq(child.pid, 0);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}
END_TEST

START_TEST(program_without_permission)
{
    const char *const argv[] = {"/etc/passwd", NULL};
    struct child_options options = {.argv = argv, .stdin_fd = -1};
    struct child child = CHILD_NONE;
    ck_assert(!child_start(&options, deadline_in_ms(60000), NULL, &child, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_int_eq(err.os, EACCES);
}
END_TEST

START_TEST(working_folder)
{
    struct child_options options = shell("pwd");
    options.working_dir = "/usr";
    ck_assert(
        child_run(&options, deadline_in_ms(LONG_MS), NULL, keep_line, &lines_count, &status, &err));
    ck_assert_str_eq(lines[0], "/usr");
    options.working_dir = "/no/such/folder";
    ck_assert(!child_run(&options, deadline_in_ms(LONG_MS), NULL, NULL, NULL, &status, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(err.text, "/no/such/folder"));
}
END_TEST

/* Also those that somebody left open in us without CLOEXEC. */
START_TEST(only_kept_files_are_passed_on)
{
    int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 20);
    int leaked = fcntl(STDOUT_FILENO, F_DUPFD, 30);
    ck_assert_int_eq(kept, 20);
    ck_assert_int_ge(leaked, 30);
    const char *const argv[] = {"ls", "/proc/self/fd", NULL};
    struct child_options options = shell("");
    options.argv = argv;
    options.keep_fds = &kept;
    options.keep_fds_count = 1;
    ck_assert(
        child_run(&options, deadline_in_ms(LONG_MS), NULL, keep_line, &lines_count, &status, &err));
    static const char *const expected[] = {"0", "1", "2", "20", "3"}; /* 3 is the folder itself */
    ck_assert_uint_eq(lines_count, 5);
    for (int i = 0; i < 5; i++)
        ck_assert_str_eq(lines[i], expected[i]);
}
END_TEST

START_TEST(works_without_standard_streams_of_our_own)
{
    int saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 50);
    for (int fd = 0; fd <= 2; fd++)
        close(fd);
    bool ran = run("echo out; echo error >&2");
    ck_assert_int_eq(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
    ck_assert_msg(ran, "%s", err.text);
    ck_assert_uint_eq(lines_count, 2);
}
END_TEST

START_TEST(signals_have_their_defaults_in_the_child)
{
    struct interrupt interrupt;
    ck_assert(interrupt_open(&interrupt, &err));
    ck_assert(run("kill -TERM $$; echo not reached"));
    ck_assert_uint_eq(lines_count, 0);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGTERM);
    ck_assert(run("grep SigIgn /proc/self/status"));
    ck_assert_str_eq(lines[0], "SigIgn:\t0000000000000000");
}
END_TEST

START_TEST(status_is_known_where_sigchld_was_ignored)
{
    ck_assert(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
    ck_assert(run("exit 5"));
    ck_assert_int_eq(WEXITSTATUS(status), 5);
}
END_TEST

START_TEST(status_texts)
{
    char text[64];
    ck_assert_str_eq(child_status_text(W_EXITCODE(3, 0), text, sizeof(text)), "exit code 3");
    ck_assert_str_eq(child_status_text(SIGSEGV, text, sizeof(text)), "killed by SIGSEGV");
    ck_assert_str_eq(child_status_text(SIGABRT | 0x80, text, sizeof(text)), "killed by SIGABRT");
    ck_assert_str_eq(child_status_text(SIGRTMIN, text, sizeof(text)), "killed by signal 34");
}
END_TEST

/* Line 1 of the script's output is the pid of a grandchild that would run for long. */
static pid_t first_line_pid(void)
{
    ck_assert_uint_ge(lines_count, 1);
    return (pid_t)strtol(lines[0], NULL, 10);
}

START_TEST(a_deadline_stops_the_whole_group)
{
    struct child_options options = shell("sleep 600 & echo $!; wait");
    ck_assert(
        !child_run(&options, deadline_in_ms(100), NULL, keep_line, &lines_count, &status, &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    wait_for_end(first_line_pid());
}
END_TEST

static void raise_on_line(void *context, const char *line)
{
    keep_line(context, line);
    raise(SIGINT);
}

START_TEST(an_interrupt_stops_the_child)
{
    struct interrupt interrupt;
    ck_assert(interrupt_open(&interrupt, &err));
    struct child_options options = shell("echo $$; sleep 600");
    ck_assert(!child_run(&options, deadline_never(), &interrupt, raise_on_line, &lines_count,
                         &status, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    ck_assert_int_eq(err.os, SIGINT);
    ck_assert(!process_exists(first_line_pid()));
}
END_TEST

START_TEST(a_grandchild_that_holds_the_pipe_does_not_keep_us)
{
    ck_assert(run("sleep 600 & echo $!; echo end"));
    ck_assert_str_eq(lines[1], "end");
    wait_for_end(first_line_pid());
}
END_TEST

START_TEST(stop_kills_one_that_ignores_sigterm)
{
    int ends[2];
    char byte = 0;
    ck_assert_int_eq(pipe(ends), 0);
    struct child_options options = shell("trap '' TERM; echo; while :; do sleep 600; done");
    options.stdout_fd = ends[1];
    struct child child = CHILD_NONE;
    ck_assert(child_start(&options, deadline_in_ms(60000), NULL, &child, &err));
    ck_assert_int_eq(read(ends[0], &byte, 1), 1); /* the trap is set */
    pid_t pid = child.pid;
    child_stop(&child, 1);
    ck_assert_int_eq(child.pid, 0);
    ck_assert_int_eq(child.pidfd, -1);
    ck_assert(!process_exists(pid));
    child_stop(&child, 1);
}
END_TEST

START_TEST(ended_reaps_once)
{
    struct child_options options = shell("exit 7");
    struct child child = CHILD_NONE;
    ck_assert(!child_ended(&child, &status));
    ck_assert(child_start(&options, deadline_in_ms(60000), NULL, &child, &err));
    pid_t pid = child.pid;
    ck_assert(child_wait(&child, deadline_never(), NULL, &status, &err));
    ck_assert_int_eq(WEXITSTATUS(status), 7);
    ck_assert(!process_exists(pid));
    ck_assert(!child_ended(&child, &status));
}
END_TEST

START_TEST(wait_for_one_that_goes_on)
{
    struct child_options options = shell("sleep 600");
    struct child child = CHILD_NONE;
    ck_assert(child_start(&options, deadline_in_ms(60000), NULL, &child, &err));
    ck_assert(!child_ended(&child, &status));
    ck_assert(!child_wait(&child, deadline_in_ms(1), NULL, &status, &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    ck_assert(process_exists(child.pid));
    child_stop(&child, 0);
}
END_TEST

/* A process of ours that has a child is killed; its child must end, too. */
START_TEST(children_do_not_outlive_a_killed_parent)
{
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    pid_t parent = fork();
    ck_assert_int_ge(parent, 0);
    if (parent == 0) {
        struct child child = CHILD_NONE;
        struct child_options options = shell("sleep 600");
        if (!child_start(&options, deadline_in_ms(60000), NULL, &child, &err) ||
            write(ends[1], &child.pid, sizeof(child.pid)) != (ssize_t)sizeof(child.pid))
            _exit(EXIT_FAILURE);
        for (;;)
            pause();
    }
    pid_t grandchild = 0;
    ck_assert_int_eq(read(ends[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
    ck_assert(process_exists(grandchild));
    ck_assert_int_eq(kill(parent, SIGKILL), 0);
    ck_assert_int_eq(waitpid(parent, NULL, 0), parent);
    wait_for_end(grandchild);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("child");
    tcase_add_test(tests, run_joins_stdout_and_stderr_by_lines);
    tcase_add_test(tests, run_splits_long_lines_and_drops_nul);
    tcase_add_test(tests, run_takes_in_more_than_a_pipe_holds);
    tcase_add_test(tests, standard_input_is_empty);
    tcase_add_test(tests, missing_program_names_its_package);
    tcase_add_test(tests, program_without_permission);
    tcase_add_test(tests, working_folder);
    tcase_add_test(tests, only_kept_files_are_passed_on);
    tcase_add_test(tests, works_without_standard_streams_of_our_own);
    tcase_add_test(tests, signals_have_their_defaults_in_the_child);
    tcase_add_test(tests, status_is_known_where_sigchld_was_ignored);
    tcase_add_test(tests, status_texts);
    tcase_add_test(tests, a_deadline_stops_the_whole_group);
    tcase_add_test(tests, an_interrupt_stops_the_child);
    tcase_add_test(tests, a_grandchild_that_holds_the_pipe_does_not_keep_us);
    tcase_add_test(tests, stop_kills_one_that_ignores_sigterm);
    tcase_add_test(tests, ended_reaps_once);
    tcase_add_test(tests, wait_for_one_that_goes_on);
    tcase_add_test(tests, children_do_not_outlive_a_killed_parent);
    Suite *suite = suite_create("child");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
