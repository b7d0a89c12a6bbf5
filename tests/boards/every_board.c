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
    const char *suite;
    const struct board_test *tests;
    size_t tests_count;
    struct guest_machines machines;
    struct worker *workers; /* one for each machine */
    char folder[32];
};

const struct guest_machine *tested_machine;
static const char *tested_dir; /* of its firmware */

void tested_boot(int icount_shift, struct guest_board *ret_board)
{
    struct error err;
    ck_assert_msg(guest_boot(tested_dir, icount_shift, ret_board, &err), "%s: %s",
                  tested_machine->name, err.text);
}

START_TEST(machine_is_there)
{
    printf("SKIP %s: the QEMU of this computer has no such machine\n", tested_machine->name);
}
END_TEST

/* ---- one board ---- */

static bool is_chosen(enum board_choice on)
{
    switch (on) {
    case EVERY_BOARD:
        return true;
    case PROTECTED_BOARDS:
        return !tested_machine->is_armv6m;
    case ONE_BOARD_PER_UART:
        return tested_machine->is_first_of_uart;
    case ONE_BOARD_PER_TIMER:
        return tested_machine->is_first_of_timer;
    }
    return false;
}

static Suite *board_suite(const struct every *every)
{
    Suite *suite = suite_create(every->suite);
    TCase *tcase = tcase_create(tested_machine->name);
    tcase_set_timeout(tcase, TEST_TIMEOUT_S);
    if (tested_machine->is_missing)
        tcase_add_test(tcase, machine_is_there);
    else
        for (size_t i = 0; i < every->tests_count; i++)
            if (is_chosen(every->tests[i].on))
                tcase_add_test(tcase, every->tests[i].test);
    suite_add_tcase(suite, tcase);
    return suite;
}

static int run_tests(const struct every *every, const char *tap)
{
    SRunner *runner = srunner_create(board_suite(every));
    srunner_set_tap(runner, tap);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed;
}

/* In the worker's process. */
static int test_board(const struct every *every, const char *tap)
{
    char *dir = NULL;
    struct error err;
    if (!tested_machine->is_missing && !guest_build(tested_machine->name, &dir, &err)) {
        fprintf(stderr, "%s: %s\n", tested_machine->name, err.text);
        return EXIT_FAILURE;
    }
    tested_dir = dir;
    int failed = run_tests(every, tap);
    if (dir)
        file_remove_tree(dir, &err);
    free(dir);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- all of them ---- */

static void start_worker(struct every *every, size_t index)
{
    struct worker *worker = &every->workers[index];
    const char *name = every->machines.items[index].name;
    snprintf(worker->tap, sizeof worker->tap, "%s/%s.tap", every->folder, name);
    snprintf(worker->log, sizeof worker->log, "%s/%s.log", every->folder, name);
    fflush(NULL);
    worker->pid = fork();
    if (worker->pid != 0)
        return;
    tested_machine = &every->machines.items[index];
    if (!freopen(worker->log, "we", stdout) || dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
        _exit(EXIT_FAILURE);
    int status = test_board(every, worker->tap);
    fflush(NULL);
    _exit(status);
}

static void await_one(struct every *every)
{
    int status = 0;
    pid_t pid = wait(&status);
    for (size_t i = 0; i < every->machines.count; i++)
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
static bool is_wanted(const struct guest_machine *machine)
{
    const char *name = getenv("CK_RUN_CASE");
#ifdef __SANITIZE_ADDRESS__
    if (!name)
        return machine->is_first_of_uart || machine->is_first_of_timer;
#endif
    return !name || strcmp(name, machine->name) == 0;
}

static void run_workers(struct every *every)
{
    size_t at_once = most_at_once();
    size_t running = 0;
    for (size_t i = 0; i < every->machines.count; i++) {
        if (!is_wanted(&every->machines.items[i]))
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
    for (size_t i = 0; i < every->machines.count; i++) {
        const struct worker *worker = &every->workers[i];
        const char *name = every->machines.items[i].name;
        size_t before = count;
        copy_text(worker->log, stdout);
        if (tap)
            copy_results(worker->tap, tap, &count);
        if (worker->status == 0)
            continue;
        passed = false;
        printf("%s: %s\n", every->suite, name);
        if (tap && count == before)
            fprintf(tap, "not ok %zu - %s:%s: ended without results\n", ++count, every->suite,
                    name);
    }
    if (tap)
        fprintf(tap, "1..%zu\n", count);
    return (!tap || fclose(tap) == 0) && passed;
}

int every_board(const char *suite, const struct board_test *tests, size_t count)
{
    struct error err;
    struct every every = {.suite = suite, .tests = tests, .tests_count = count};
    int status = EXIT_FAILURE;
    strcpy(every.folder, "/tmp/every_board.XXXXXX");
    if (!guest_machines_find(&every.machines, &err)) {
        fprintf(stderr, "%s\n", err.text);
    } else if (!mkdtemp(every.folder)) {
        perror(every.folder);
    } else {
        every.workers = calloc(every.machines.count, sizeof *every.workers);
        if (every.workers) {
            run_workers(&every);
            status = report(&every) ? EXIT_SUCCESS : EXIT_FAILURE;
        }
        free(every.workers);
        file_remove_tree(every.folder, &err);
    }
    guest_machines_dispose(&every.machines);
    return status;
}
