/* The API server as TVM uses it, from end to end: through its launcher, over its pipes, on real
 * QEMU, with a real model whose outputs the host computed. */
#include "base/cleanup.h"
#include "base/file.h"
#include "e2e/api_client.h"
#include "e2e/digits.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { BOARDS_COUNT = 3, TEST_TIMEOUT_S = 400, END_TIMEOUT_MS = 10000 };

static const char *const BOARDS[BOARDS_COUNT] = {"qemu_cortex_m3", "mps2_an385", "qemu_riscv32"};
static const char TEMPLATE[] = BUILD_DIR "/share/microtvm-qemu/template";

/* Projects of the digits model, built and flashed once for all tests: DIR/BOARD. */
static char dir[] = "/tmp/test_api-XXXXXX";
static struct error err;

#define ASSERT_GOOD(call) ck_assert_msg((call), "%s", err.text)

static const char *project_of(const char *board)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", dir, board);
    return path;
}

/* A step in a server of its own, as tvmc does it. */
static void step_alone(const char *project, const char *method)
{
    struct api_client client;
    ASSERT_GOOD(api_start(project, &client, &err));
    ASSERT_GOOD(api_step(&client, method, &err));
    ck_assert_int_eq(api_stop(&client), 0);
}

/* Generate in the template's server, build and flash in servers of the project. */
static void make_project(const char *board, const char *project)
{
    struct api_client client;
    char options[64];
    snprintf(options, sizeof(options), "{\"board\": \"%s\"}", board);
    ASSERT_GOOD(api_start(TEMPLATE, &client, &err));
    ASSERT_GOOD(api_generate(&client, DIGITS_ARCHIVE, project, options, &err));
    ck_assert_int_eq(api_stop(&client), 0);
    step_alone(project, "build");
    step_alone(project, "flash");
}

static void make_projects(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
    for (int i = 0; i < BOARDS_COUNT; i++)
        make_project(BOARDS[i], project_of(BOARDS[i]));
}

static void remove_projects(void)
{
    struct error ignored;
    ck_assert_msg(file_remove_tree(dir, &ignored), "%s", ignored.text);
}

/* A server of the project, its transport open. */
static void open_board(const char *board, struct api_client *client)
{
    ASSERT_GOOD(api_start(project_of(board), client, &err));
    ASSERT_GOOD(api_step(client, "open_transport", &err));
}

/* Wait for the end of a process that is not ours: PIDFD is from before its end was asked for. */
static bool process_ends(int pidfd)
{
    struct pollfd fd = {.fd = pidfd, .events = POLLIN};
    int ready = 0;
    return wait_ready(&fd, 1, deadline_in_ms(END_TIMEOUT_MS), NULL, &ready, &err) && ready > 0;
}

static int watch_qemu(const struct api_client *client)
{
    pid_t pid = api_qemu(client);
    ck_assert_int_gt(pid, 0);
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    ck_assert_int_ge(pidfd, 0);
    return pidfd;
}

/* Flashed in one process, opened in another. */
START_TEST(inference)
{
    struct api_client client;
    struct link_stream stream;
    open_board(BOARDS[_i], &client);
    stream = api_stream(&client);
    ASSERT_GOOD(digits_check(&stream, 5, &err));
    ASSERT_GOOD(api_step(&client, "close_transport", &err));
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

/* Everything in one process, as AutoTVM's builder and runner do it; a fresh boot each time. */
START_TEST(flash_open_and_again)
{
    struct api_client client;
    struct link_stream stream;
    ASSERT_GOOD(api_start(project_of(BOARDS[_i]), &client, &err));
    ASSERT_GOOD(api_step(&client, "build", &err));
    ASSERT_GOOD(api_step(&client, "flash", &err));
    stream = api_stream(&client);
    for (int round = 0; round < 3; round++) {
        ASSERT_GOOD(api_step(&client, "open_transport", &err));
        ASSERT_GOOD(digits_check(&stream, 1, &err));
        ASSERT_GOOD(api_step(&client, "close_transport", &err));
        ck_assert_int_eq(api_qemu(&client), 0);
    }
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

/* A project folder that was moved still builds and runs: nothing in it knows where it was made. */
START_TEST(moved_project)
{
    struct api_client client;
    struct link_stream stream;
    cleanup_free char *home = file_path("%s/new-%s", dir, BOARDS[_i]);
    cleanup_free char *moved = file_path("%s/moved to here %d", dir, _i);
    make_project(BOARDS[_i], home);
    ck_assert_int_eq(rename(home, moved), 0);
    ASSERT_GOOD(api_start(moved, &client, &err));
    stream = api_stream(&client);
    ASSERT_GOOD(api_step(&client, "open_transport", &err)); /* the flash moved, too */
    ASSERT_GOOD(digits_check(&stream, 1, &err));
    ASSERT_GOOD(api_step(&client, "close_transport", &err));
    ASSERT_GOOD(api_step(&client, "build", &err));
    ASSERT_GOOD(api_step(&client, "flash", &err));
    ASSERT_GOOD(api_step(&client, "open_transport", &err));
    ASSERT_GOOD(digits_check(&stream, 1, &err));
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

static const int ENDS[] = {SIGKILL, SIGTERM, SIGINT, SIGHUP, 0 /* end of requests */};

/* However the server ends, no QEMU is left. */
START_TEST(no_qemu_is_left)
{
    struct api_client client;
    open_board(BOARDS[0], &client);
    cleanup_fd int qemu = watch_qemu(&client);
    if (ENDS[_i] != 0)
        ck_assert_int_eq(kill(client.server.pid, ENDS[_i]), 0);
    int status = api_stop(&client);
    ck_assert_int_ne(status, -1);
    if (ENDS[_i] == SIGKILL)
        ck_assert_int_eq(WTERMSIG(status), SIGKILL);
    ck_assert(process_ends(qemu));
}
END_TEST

/* The server must end at once also in the middle of a read that would last for ever. */
START_TEST(end_in_the_middle_of_a_read)
{
    struct api_client client;
    open_board(BOARDS[1], &client);
    cleanup_fd int qemu = watch_qemu(&client);
    ASSERT_GOOD(api_send(&client, "read_transport",
                         cJSON_Parse("{\"n\": 1000, \"timeout_sec\": null}"), &err));
    int64_t began_ns = clock_now_ns();
    if (_i == 1)
        ck_assert_int_eq(kill(client.server.pid, SIGTERM), 0);
    ck_assert_int_ne(api_stop(&client), -1);
    ck_assert(process_ends(qemu));
    ck_assert_int_lt(clock_now_ns() - began_ns, INT64_C(10000000000));
}
END_TEST

/* QEMU killed in the middle of a read: TransportClosedError with the cause, and the board can be
 * opened again. */
START_TEST(qemu_is_killed)
{
    struct api_client client;
    struct link_stream stream;
    open_board(BOARDS[_i], &client);
    ASSERT_GOOD(api_send(&client, "read_transport",
                         cJSON_Parse("{\"n\": 1000, \"timeout_sec\": 100}"), &err));
    ck_assert_int_eq(kill(api_qemu(&client), SIGKILL), 0);
    ck_assert_ptr_null(api_receive(&client, &err));
    ck_assert_str_eq(client.error_name, "TransportClosedError");
    ck_assert_msg(strstr(err.text, "SIGKILL") != NULL, "%s", err.text);
    ASSERT_GOOD(api_step(&client, "close_transport", &err));
    ASSERT_GOOD(api_step(&client, "open_transport", &err));
    stream = api_stream(&client);
    ASSERT_GOOD(digits_check(&stream, 1, &err));
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

/* Three boards at the same time, in three servers, their sessions interleaved. */
START_TEST(three_boards_at_once)
{
    struct api_client clients[BOARDS_COUNT];
    for (int i = 0; i < BOARDS_COUNT; i++)
        open_board(BOARDS[i], &clients[i]);
    for (int i = BOARDS_COUNT - 1; i >= 0; i--) {
        struct link_stream stream = api_stream(&clients[i]);
        ASSERT_GOOD(digits_check(&stream, 2, &err));
    }
    for (int i = 0; i < BOARDS_COUNT; i++)
        ck_assert_int_eq(api_stop(&clients[i]), 0);
}
END_TEST

/* The same project open twice: each has a board of its own. */
START_TEST(one_project_twice)
{
    struct api_client clients[2];
    for (int i = 0; i < 2; i++)
        open_board(BOARDS[0], &clients[i]);
    for (int i = 0; i < 2; i++) {
        struct link_stream stream = api_stream(&clients[i]);
        ASSERT_GOOD(digits_check(&stream, 1, &err));
    }
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(api_stop(&clients[i]), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("e2e_api");
    TCase *tests = tcase_create("digits");
    tcase_set_timeout(tests, TEST_TIMEOUT_S);
    tcase_add_unchecked_fixture(tests, make_projects, remove_projects);
    tcase_add_loop_test(tests, inference, 0, BOARDS_COUNT);
    tcase_add_loop_test(tests, flash_open_and_again, 0, BOARDS_COUNT);
    tcase_add_loop_test(tests, moved_project, 0, BOARDS_COUNT);
    tcase_add_loop_test(tests, no_qemu_is_left, 0, sizeof(ENDS) / sizeof(ENDS[0]));
    tcase_add_loop_test(tests, end_in_the_middle_of_a_read, 0, 2);
    tcase_add_loop_test(tests, qemu_is_killed, 0, BOARDS_COUNT);
    tcase_add_test(tests, three_boards_at_once);
    tcase_add_test(tests, one_project_twice);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
