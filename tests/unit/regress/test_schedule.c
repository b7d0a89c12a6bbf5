/* Cases side by side, with a program in place of `run` that passes, fails, hangs and crashes as its
 * model's name has it. */
#include "base/cleanup.h"
#include "hostile/scratch.h"
#include "regress/schedule.h"
#include "regress/verdict.h"

#include <check.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CASES_MOST = 12, TEST_TIMEOUT_S = 60 };

/* $2 is the model. "flaky" passes when it is run for the second time. A file with a process ID is
 * there once it is whole. */
static const char PROGRAM[] =
    "#!/bin/sh\n"
    "tell_pid() { echo $$ >\"$1.part\" && mv \"$1.part\" \"$1\"; }\n"
    "echo \"log of $2\"\n"
    "for word; do [ \"$last\" != --json ] || json=$word; last=$word; done\n"
    "cd \"$(dirname \"$0\")\" || exit 9\n"
    "case $2 in\n"
    "hang) trap '' TERM; tell_pid hanging; sleep 600 & wait; sleep 600 ;;\n"
    "wait) tell_pid waiting; exec sleep 600 ;;\n"
    "blocked) for i in $(seq 30); do printf x >&0; sleep 0.05; done ;;\n"
    "crash) kill -SEGV $$ ;;\n"
    "silent) exit 0 ;;\n"
    "chatty) head -c 5000000 /dev/zero | tr '\\0' x; echo; echo the end; exit 9 ;;\n"
    "flaky) [ -e was ] || { touch was; exit 5; } ;;\n"
    "missing) echo '{\"format\": \"microtvm-qemu run\", \"version\": 1, \"failure\": "
    "{\"kind\": \"missing\", \"message\": \"no ninja\"}}' >\"$json\"; exit 6 ;;\n"
    "esac\n"
    "echo '{\"format\": \"microtvm-qemu run\", \"version\": 1, \"failure\": null}' >\"$json\"\n";

static struct suite_case cases[CASES_MOST];
static struct suite suite;
static struct outcome outcomes[CASES_MOST];
static struct interrupt interrupt;
static struct error err;
static char program[256];
static char scratch[256];

static bool has_passed(void *context, const struct outcome *outcome)
{
    (void)context;
    return verdict(outcome, NULL, NULL) == VERDICT_PASSED;
}

static struct schedule_options options = {.passed = has_passed};

static void make(void)
{
    scratch_make();
    scratch_write("program", PROGRAM);
    snprintf(program, sizeof(program), "%s", scratch_path("program"));
    snprintf(scratch, sizeof(scratch), "%s", scratch_path("."));
    ck_assert_int_eq(chmod(program, 0755), 0);
    ck_assert(interrupt_open(&interrupt, &err));
    options.program = program;
    options.scratch_dir = scratch;
    options.interrupt = &interrupt;
    options.jobs = 2;
    options.backstop_ms = SCHEDULE_BACKSTOP_MS;
    options.retries = 0;
    options.fail_fast = false;
}

static void unmake(void)
{
    for (size_t i = 0; i < suite.count; i++)
        outcome_dispose(&outcomes[i]);
    interrupt_close(&interrupt);
    scratch_remove();
}

static void set_cases(const char *const *models, size_t count)
{
    suite = (struct suite){.cases = cases, .count = count};
    for (size_t i = 0; i < count; i++)
        cases[i] = (struct suite_case){.name = models[i],
                                       .model = models[i],
                                       .board = "b",
                                       .least_accuracy = -1,
                                       .limits = {{-1, -1, -1, -1}, {-1, -1, -1, -1}},
                                       .deadline_s = 60};
}

#define SET_CASES(...)                                                                             \
    do {                                                                                           \
        const char *const models_[] = {__VA_ARGS__};                                               \
        set_cases(models_, sizeof(models_) / sizeof(*models_));                                    \
    } while (0)

static enum verdict_status status_of(size_t index)
{
    return verdict(&outcomes[index], NULL, NULL);
}

/* Is "kind" the first failure of the case, and its message so? */
static void assert_failure(size_t index, const char *kind, const char *message)
{
    cJSON *failures = cJSON_CreateArray();
    verdict(&outcomes[index], NULL, failures);
    const cJSON *first = cJSON_GetArrayItem(failures, 0);
    const char *is = cJSON_GetStringValue(cJSON_GetObjectItem(first, "kind"));
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(first, "message"));
    ck_assert_msg(is && strcmp(is, kind) == 0 && text && strstr(text, message), "%s: %s", is, text);
    cJSON_Delete(failures);
}

START_TEST(one_that_crashes_keeps_no_other_from_its_turn)
{
    SET_CASES("ok", "ok", "crash", "silent", "ok", "missing", "ok");
    ck_assert_msg(schedule_run(&suite, &options, outcomes, &err), "%s", err.text);
    for (size_t i = 0; i < suite.count; i++)
        ck_assert_int_eq(status_of(i), cases[i].name[0] == 'o' ? VERDICT_PASSED : VERDICT_ERROR);
    assert_failure(2, "crash",
                   "killed by SIGSEGV and wrote no document; it printed:\nlog of crash");
    assert_failure(3, "crash", "exit code 0 and wrote no document");
    assert_failure(5, "missing", "no ninja");
    ck_assert_str_eq(outcomes[0].log, "log of ok\n");
    ck_assert_int_eq(WEXITSTATUS(outcomes[5].status), 6);
}
END_TEST

/* Its end tells more than its beginning. */
START_TEST(a_log_that_is_very_long)
{
    SET_CASES("chatty");
    ck_assert_msg(schedule_run(&suite, &options, outcomes, &err), "%s", err.text);
    assert_failure(0, "crash", "x\nthe end\n");
    ck_assert_msg(strncmp(outcomes[0].log, "(", 1) == 0, "%.80s", outcomes[0].log);
    ck_assert_ptr_nonnull(strstr(outcomes[0].log, " bytes before this are left out)\nxxx"));
}
END_TEST

static size_t begun;
static size_t ended;

static void on_begin(void *context, size_t index)
{
    (void)context;
    (void)index;
    begun++;
}

static void on_end(void *context, size_t index, const struct outcome *outcome)
{
    (void)context;
    (void)index;
    (void)outcome;
    ended++;
}

/* Where nothing can be written, or no program be started, each case says so, and what was done
 * stays. */
START_TEST(what_cannot_be_begun_has_failed)
{
    static const char *const SAID[] = {"No such file", "no such program"};
    SET_CASES("flaky", "ok", "ok");
    begun = ended = 0;
    struct schedule_options these = options;
    these.on_begin = on_begin;
    these.on_end = on_end;
    these.retries = 1;
    if (_i == 0)
        these.scratch_dir = scratch_path("none");
    else
        these.program = "microtvm-qemu-none";
    ck_assert_msg(schedule_run(&suite, &these, outcomes, &err), "%s", err.text);
    for (size_t i = 0; i < suite.count; i++) {
        ck_assert_int_eq(status_of(i), VERDICT_ERROR);
        assert_failure(i, "system", "no run of it could be begun: ");
        assert_failure(i, "system", SAID[_i]);
        ck_assert_int_eq(WEXITSTATUS(outcomes[i].status), _i == 0 ? 7 : 6);
        ck_assert_uint_eq(outcomes[i].attempts, 1);
    }
    ck_assert_uint_eq(begun, 3);
    ck_assert_uint_eq(ended, 3);
}
END_TEST

START_TEST(nothing_is_begun_after_a_failure)
{
    SET_CASES("ok", "crash", "ok", "ok");
    options.jobs = 1;
    options.fail_fast = true;
    ck_assert_msg(schedule_run(&suite, &options, outcomes, &err), "%s", err.text);
    ck_assert_int_eq(status_of(0), VERDICT_PASSED);
    ck_assert_int_eq(status_of(1), VERDICT_ERROR);
    ck_assert_int_eq(status_of(2), VERDICT_NOT_RUN);
    ck_assert_int_eq(status_of(3), VERDICT_NOT_RUN);
}
END_TEST

START_TEST(retries_only_when_asked_for)
{
    SET_CASES("flaky", "crash");
    options.retries = (unsigned)_i * 2;
    ck_assert_msg(schedule_run(&suite, &options, outcomes, &err), "%s", err.text);
    ck_assert_int_eq(status_of(0), _i ? VERDICT_PASSED : VERDICT_ERROR);
    ck_assert_uint_eq(outcomes[0].attempts, _i ? 2 : 1);
    ck_assert_int_eq(status_of(1), VERDICT_ERROR);
    ck_assert_uint_eq(outcomes[1].attempts, _i ? 3 : 1);
}
END_TEST

START_TEST(what_hangs_is_killed)
{
    SET_CASES("hang", "ok", "ok");
    cases[0].deadline_s = 0.001;
    options.backstop_ms = 300;
    ck_assert_msg(schedule_run(&suite, &options, outcomes, &err), "%s", err.text);
    ck_assert_int_eq(status_of(0), VERDICT_ERROR);
    assert_failure(0, "stuck", "did not end by its deadline");
    ck_assert_int_eq(status_of(1), VERDICT_PASSED);
    ck_assert_int_eq(status_of(2), VERDICT_PASSED);
}
END_TEST

/* It says so on the socket that is its standard input. */
START_TEST(what_waits_for_another_process_is_not)
{
    SET_CASES("blocked");
    cases[0].deadline_s = 0.001;
    options.backstop_ms = 1000;
    ck_assert_msg(schedule_run(&suite, &options, outcomes, &err), "%s", err.text);
    ck_assert_int_eq(status_of(0), VERDICT_PASSED);
    ck_assert(outcomes[0].time_ms > 1001);
}
END_TEST

static bool is_there(const char *name)
{
    return access(scratch_path("%s", name), F_OK) == 0;
}

/* The test's child interrupts it once two cases wait, one of which does not listen to SIGTERM. */
static void interrupt_soon(void)
{
    enum { LOOK_EVERY_US = 2000 };
    pid_t parent = getpid();
    if (fork() != 0)
        return;
    while (!is_there("hanging") || !is_there("waiting"))
        usleep(LOOK_EVERY_US);
    kill(parent, SIGINT);
    _exit(0);
}

static void assert_gone(const char *name)
{
    int pid = 0;
    FILE *file = fopen(scratch_path("%s", name), "r");
    ck_assert(file && fscanf(file, "%d", &pid) == 1);
    fclose(file);
    ck_assert_int_ne(kill(pid, 0), 0);
}

START_TEST(an_interrupt_ends_all_and_keeps_what_was_done)
{
    SET_CASES("ok", "hang", "wait", "ok");
    interrupt_soon();
    ck_assert(!schedule_run(&suite, &options, outcomes, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    ck_assert_int_eq(status_of(0), VERDICT_PASSED);
    ck_assert_int_eq(status_of(1), VERDICT_NOT_RUN);
    ck_assert_int_eq(status_of(3), VERDICT_NOT_RUN);
    assert_gone("hanging");
    assert_gone("waiting");
}
END_TEST

int main(void)
{
    Suite *all = suite_create("schedule");
    TCase *tests = tcase_create("schedule");
    tcase_set_timeout(tests, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, make, unmake);
    tcase_add_test(tests, one_that_crashes_keeps_no_other_from_its_turn);
    tcase_add_test(tests, a_log_that_is_very_long);
    tcase_add_loop_test(tests, what_cannot_be_begun_has_failed, 0, 2);
    tcase_add_test(tests, nothing_is_begun_after_a_failure);
    tcase_add_loop_test(tests, retries_only_when_asked_for, 0, 2);
    tcase_add_test(tests, what_hangs_is_killed);
    tcase_add_test(tests, what_waits_for_another_process_is_not);
    tcase_add_test(tests, an_interrupt_ends_all_and_keeps_what_was_done);
    suite_add_tcase(all, tests);
    SRunner *runner = srunner_create(all);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
