#include "boards/every_board.h"
#include "base/file.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEST_TIMEOUT_S = 120, FEWEST_AT_ONCE = 2, LINE_SIZE = 4096 };

struct worker {
    pid_t pid;
    int status; /* of wait(2) */
    char tap[300];
    char log[300];
};

struct every {
    const struct board_suite *suite;
    struct board_list boards;
    struct worker *workers; /* one for each board */
    char folder[32];
};

const struct listed_board *tested_board;

START_TEST(board_is_there)
{
    printf("SKIP %s: %s\n", tested_board->name, tested_board->reason);
}
END_TEST

/* ---- one board ---- */

static bool is_chosen(enum board_choice on)
{
    switch (on) {
    case EVERY_BOARD:
        return true;
    case PROTECTED_BOARDS:
        return !tested_board->is_armv6m;
    case ONE_BOARD_PER_UART:
        return tested_board->is_first_of_uart;
    case ONE_BOARD_PER_TIMER:
        return tested_board->is_first_of_timer;
    }
    return false;
}

static Suite *board_tests(const struct board_suite *suite)
{
    Suite *tests = suite_create(suite->name);
    TCase *tcase = tcase_create(tested_board->name);
    tcase_set_timeout(tcase, TEST_TIMEOUT_S);
    if (tested_board->is_missing)
        tcase_add_test(tcase, board_is_there);
    else
        for (size_t i = 0; i < suite->tests_count; i++)
            if (is_chosen(suite->tests[i].on))
                tcase_add_test(tcase, suite->tests[i].test);
    suite_add_tcase(tests, tcase);
    return tests;
}

static bool run_tests(const struct board_suite *suite, const char *tap)
{
    SRunner *runner = srunner_create(board_tests(suite));
    srunner_set_tap(runner, tap);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0;
}

/* In the worker's process. */
static bool test_board(const struct board_suite *suite, const char *tap)
{
    struct error err;
    if (tested_board->is_missing)
        return run_tests(suite, tap);
    bool passed = suite->set_up(&err);
    if (passed)
        passed = run_tests(suite, tap);
    else
        fprintf(stderr, "%s: %s\n", tested_board->name, err.text);
    suite->tear_down();
    return passed;
}

/* ---- all of them ---- */

static void start_worker(struct every *every, size_t index)
{
    struct worker *worker = &every->workers[index];
    const char *name = every->boards.items[index].name;
    snprintf(worker->tap, sizeof worker->tap, "%s/%s.tap", every->folder, name);
    snprintf(worker->log, sizeof worker->log, "%s/%s.log", every->folder, name);
    fflush(NULL);
    worker->pid = fork();
    if (worker->pid != 0)
        return;
    tested_board = &every->boards.items[index];
    if (!freopen(worker->log, "we", stdout) || dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
        _exit(EXIT_FAILURE);
    bool passed = test_board(every->suite, worker->tap);
    fflush(NULL);
    _exit(passed ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void await_one(struct every *every)
{
    int status = 0;
    pid_t pid = wait(&status);
    for (size_t i = 0; i < every->boards.count; i++)
        if (every->workers[i].pid == pid)
            every->workers[i].status = status;
}

static size_t most_at_once(void)
{
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) > FEWEST_AT_ONCE)
        return (size_t)CPU_COUNT(&cpus);
    return FEWEST_AT_ONCE;
}

/* Sanitizers look at this program, not at a firmware: a board of each driver is enough for them. */
static bool is_wanted(const struct listed_board *board)
{
    const char *name = getenv("CK_RUN_CASE");
#ifdef __SANITIZE_ADDRESS__
    if (!name)
        return board->is_first_of_uart || board->is_first_of_timer;
#endif
    return !name || strcmp(name, board->name) == 0;
}

static void run_workers(struct every *every)
{
    size_t at_once = most_at_once();
    size_t running = 0;
    for (size_t i = 0; i < every->boards.count; i++) {
        if (!is_wanted(&every->boards.items[i]))
            continue;
        if (running == at_once)
            await_one(every);
        else
            running++;
        start_worker(every, i);
    }
    for (; running > 0; running--)
        await_one(every);
}

static void copy_text(const char *path, FILE *to)
{
    char line[LINE_SIZE];
    FILE *from = fopen(path, "re");
    while (from && fgets(line, sizeof line, from))
        fputs(line, to);
    if (from)
        fclose(from);
}

/* The results of one board behind those of the boards before it. */
static void copy_results(const char *path, FILE *to, size_t *count)
{
    char line[LINE_SIZE];
    FILE *from = fopen(path, "re");
    while (from && fgets(line, sizeof line, from)) {
        const char *dash = strstr(line, " - ");
        if (dash && strncmp(line, "ok ", 3) == 0)
            fprintf(to, "ok %zu%s", ++*count, dash);
        else if (dash && strncmp(line, "not ok ", 7) == 0)
            fprintf(to, "not ok %zu%s", ++*count, dash);
    }
    if (from)
        fclose(from);
}

static bool report(const struct every *every)
{
    const char *path = getenv("CK_TAP_LOG_FILE_NAME");
    FILE *tap = path ? fopen(path, "we") : NULL;
    size_t count = 0;
    bool passed = true;
    for (size_t i = 0; i < every->boards.count; i++) {
        const struct worker *worker = &every->workers[i];
        const char *name = every->boards.items[i].name;
        size_t before = count;
        copy_text(worker->log, stdout);
        if (tap)
            copy_results(worker->tap, tap, &count);
        if (worker->status == 0)
            continue;
        passed = false;
        printf("%s: %s\n", every->suite->name, name);
        if (tap && count == before)
            fprintf(tap, "not ok %zu - %s:%s: ended without results\n", ++count, every->suite->name,
                    name);
    }
    if (tap)
        fprintf(tap, "1..%zu\n", count);
    return (!tap || fclose(tap) == 0) && passed;
}

int every_board(const struct board_suite *suite)
{
    struct error err;
    struct every every = {.suite = suite};
    int status = EXIT_FAILURE;
    strcpy(every.folder, "/tmp/every_board.XXXXXX");
    if (!board_list_find(suite->boards, &every.boards, &err)) {
        fprintf(stderr, "%s\n", err.text);
    } else if (!mkdtemp(every.folder)) {
        perror(every.folder);
    } else {
        every.workers = calloc(every.boards.count, sizeof *every.workers);
        if (every.workers) {
            run_workers(&every);
            status = report(&every) ? EXIT_SUCCESS : EXIT_FAILURE;
        }
        free(every.workers);
        file_remove_tree(every.folder, &err);
    }
    board_list_dispose(&every.boards);
    return status;
}
