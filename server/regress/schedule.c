#include "regress/schedule.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "regress/command.h"
#include "regress/json.h"
#include "regress/life.h"
#include "regress/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>

enum {
    BACKSTOP_GRACE_MS = 500,  /* from TERM to KILL, while all others wait */
    INTERRUPT_GRACE_MS = 600, /* for all of them together */
    START_MS = 30 * 1000,
    EXIT_TOOL = 6, /* as `run` ends (README's table) */
    EXIT_SYSTEM = 7,
};

#define RUN_FORMAT "microtvm-qemu run"

/* One place for a running case. */
struct slot {
    struct child child;
    int life_fd; /* life.h; -1: none */
    size_t index;
    int64_t began_ns;
    struct deadline backstop;
};

struct schedule {
    const struct suite *suite;
    const struct schedule_options *options;
    struct outcome *outcomes;
    struct slot *slots;
    size_t next;  /* case to be begun */
    int epoll_fd; /* readable when a run has ended */
    bool no_more; /* --fail-fast */
};

unsigned schedule_jobs_most(unsigned long descriptors)
{
    enum { OTHERS = 32, EACH = 2 }; /* a run's pidfd and its socket; those that begin one */
    unsigned long most = descriptors > OTHERS ? (descriptors - OTHERS) / EACH : 0;
    return most > UINT_MAX ? UINT_MAX : most > 0 ? (unsigned)most : 1;
}

static char *path_of(const struct schedule *schedule, size_t index, const char *what)
{
    return file_path("%s/%zu.%s", schedule->options->scratch_dir, index, what);
}

char *schedule_output_dir(const char *scratch_dir, size_t index)
{
    return file_path("%s/%zu.outputs", scratch_dir, index);
}

static bool start_child(struct schedule *schedule, const struct words *words, int log_fd,
                        int client_fd, struct slot *slot, struct error *err)
{
    const struct child_options child_options = {
        .argv = (const char *const *)words->items,
        .stdin_fd = client_fd,
        .stdout_fd = log_fd,
        .stderr_fd = log_fd,
        .parent_death_signal = SIGTERM, /* it ends its QEMU and its compilers itself */
    };
    if (!child_start(&child_options, deadline_in_ms(START_MS), schedule->options->interrupt,
                     &slot->child, err))
        return false;
    struct epoll_event event = {.events = EPOLLIN};
    if (epoll_ctl(schedule->epoll_fd, EPOLL_CTL_ADD, slot->child.pidfd, &event) == 0)
        return true;
    error_set(err, ERROR_SYSTEM, errno, "epoll_ctl");
    child_stop(&slot->child, BACKSTOP_GRACE_MS);
    return false;
}

static struct deadline backstop_of(const struct schedule *schedule, size_t index)
{
    return deadline_in_ms((int64_t)(schedule->suite->cases[index].deadline_s * 1000) +
                          schedule->options->backstop_ms);
}

static bool begin(struct schedule *schedule, struct slot *slot, size_t index, struct error *err)
{
    const struct schedule_options *options = schedule->options;
    const struct suite_case *item = &schedule->suite->cases[index];
    struct words words = {.count = 0};
    cleanup_free char *document = path_of(schedule, index, "json");
    cleanup_free char *log = path_of(schedule, index, "log");
    cleanup_free char *outputs = schedule_output_dir(options->scratch_dir, index);
    const struct command_extras extras = {options->program, STDIN_FILENO, document,
                                          options->cache_dir,
                                          options->keeps_outputs ? outputs : NULL};
    bool good = document && log && outputs && command_words(item, &extras, &words);
    cleanup_fd int log_fd =
        good ? open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600) : -1;
    cleanup_fd int client_fd = -1;
    slot->index = index;
    slot->began_ns = clock_now_ns();
    slot->backstop = backstop_of(schedule, index);
    if (options->on_begin && schedule->outcomes[index].attempts == 0)
        options->on_begin(options->context, index);
    if (!good)
        error_no_memory(err, "a command line", 0);
    else if (log_fd < 0)
        good = error_set(err, ERROR_SYSTEM, errno, "%s", log);
    else
        good = life_open(&slot->life_fd, &client_fd, err) &&
               start_child(schedule, &words, log_fd, client_fd, slot, err);
    if (!good)
        life_close(&slot->life_fd);
    words_dispose(&words);
    return good;
}

/* What a run left behind. A document that is none says as much as one that is missing. */
static void take_results(const struct schedule *schedule, struct outcome *outcome, size_t index)
{
    struct error ignored;
    cleanup_free char *document = path_of(schedule, index, "json");
    cleanup_free char *log = path_of(schedule, index, "log");
    cJSON_Delete(steal_pointer(outcome->run));
    free(steal_pointer(outcome->log));
    if (document && !json_load(document, RUN_FORMAT, &outcome->run, &ignored))
        outcome->run = NULL;
    if (log)
        outcome->log = log_read(log);
    if (document)
        unlink(document);
}

static void end(struct schedule *schedule, size_t index, bool passed)
{
    const struct schedule_options *options = schedule->options;
    if (!passed && options->fail_fast)
        schedule->no_more = true;
    if (options->on_end)
        options->on_end(options->context, index, &schedule->outcomes[index]);
}

static bool try_begin(struct schedule *schedule, struct slot *slot, size_t index, struct error *err)
{
    struct outcome *outcome = &schedule->outcomes[index];
    if (begin(schedule, slot, index, err))
        return true;
    if (err->kind == ERROR_INTERRUPTED || err->kind == ERROR_INTERNAL)
        return false;
    outcome->was_run = outcome->was_refused = true;
    outcome->was_stuck = false;
    outcome->attempts++;
    outcome->status = W_EXITCODE(err->kind == ERROR_TOOL ? EXIT_TOOL : EXIT_SYSTEM, 0);
    cJSON_Delete(steal_pointer(outcome->run));
    free(steal_pointer(outcome->log));
    outcome->log = strdup(err->text);
    end(schedule, index, false);
    return true;
}

static bool finish(struct schedule *schedule, struct slot *slot, int status, bool was_stuck,
                   struct error *err)
{
    const struct schedule_options *options = schedule->options;
    struct outcome *outcome = &schedule->outcomes[slot->index];
    outcome->was_run = true;
    outcome->attempts++;
    outcome->time_ms = (double)(clock_now_ns() - slot->began_ns) / 1e6;
    outcome->status = status;
    life_close(&slot->life_fd);
    outcome->was_stuck = was_stuck;
    take_results(schedule, outcome, slot->index);
    bool passed = options->passed(options->context, outcome);
    if (!passed && outcome->attempts <= options->retries)
        return try_begin(schedule, slot, slot->index, err);
    end(schedule, slot->index, passed);
    return true;
}

static bool fill_slots(struct schedule *schedule, struct error *err)
{
    for (unsigned i = 0; i < schedule->options->jobs; i++) {
        struct slot *slot = &schedule->slots[i];
        while (slot->child.pid == 0 && !schedule->no_more &&
               schedule->next < schedule->suite->count)
            if (!try_begin(schedule, slot, schedule->next++, err))
                return false;
    }
    return true;
}

/* Reap what ended, and end what is stuck. */
static bool look(struct schedule *schedule, struct error *err)
{
    for (unsigned i = 0; i < schedule->options->jobs; i++) {
        struct slot *slot = &schedule->slots[i];
        int status = 0;
        bool was_stuck = false;
        if (slot->child.pid == 0)
            continue;
        if (!child_ended(&slot->child, &status)) {
            if (!deadline_passed(slot->backstop))
                continue;
            if (life_has_waited(slot->life_fd)) { /* how long others build is not its time */
                slot->backstop = backstop_of(schedule, slot->index);
                continue;
            }
            was_stuck = true;
            child_stop(&slot->child, BACKSTOP_GRACE_MS);
        }
        if (!finish(schedule, slot, status, was_stuck, err))
            return false;
    }
    return true;
}

/* False: none runs. */
static bool next_backstop(const struct schedule *schedule, struct deadline *ret_deadline)
{
    bool runs = false;
    *ret_deadline = deadline_never();
    for (unsigned i = 0; i < schedule->options->jobs; i++)
        if (schedule->slots[i].child.pid != 0) {
            *ret_deadline = deadline_earlier(*ret_deadline, schedule->slots[i].backstop);
            runs = true;
        }
    return runs;
}

static bool run_all(struct schedule *schedule, struct error *err)
{
    struct deadline backstop;
    for (;;) {
        if (!fill_slots(schedule, err))
            return false;
        if (!next_backstop(schedule, &backstop))
            return true;
        struct pollfd fd = {.fd = schedule->epoll_fd, .events = POLLIN};
        int ready = 0;
        if (!wait_ready(&fd, 1, backstop, schedule->options->interrupt, &ready, err) ||
            !look(schedule, err))
            return false;
    }
}

static void stop_all(struct schedule *schedule)
{
    struct deadline end = deadline_in_ms(INTERRUPT_GRACE_MS);
    for (unsigned i = 0; i < schedule->options->jobs; i++)
        if (schedule->slots[i].child.pid != 0)
            kill(-schedule->slots[i].child.pid, SIGTERM);
    for (unsigned i = 0; i < schedule->options->jobs; i++) {
        child_stop(&schedule->slots[i].child, deadline_poll_ms(end));
        life_close(&schedule->slots[i].life_fd);
    }
}

bool schedule_run(const struct suite *suite, const struct schedule_options *options,
                  struct outcome *outcomes, struct error *err)
{
    cleanup_free struct slot *slots = calloc(options->jobs, sizeof(*slots));
    cleanup_fd int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct schedule schedule = {.suite = suite,
                                .options = options,
                                .outcomes = outcomes,
                                .slots = slots,
                                .epoll_fd = epoll_fd};
    if (!slots)
        return error_no_memory(err, "the schedule", options->jobs * sizeof(*slots));
    if (epoll_fd < 0)
        return error_set(err, ERROR_SYSTEM, errno, "epoll_create");
    for (unsigned i = 0; i < options->jobs; i++)
        slots[i] = (struct slot){.child = CHILD_NONE, .life_fd = -1};
    for (size_t i = 0; i < suite->count; i++)
        outcomes[i] =
            (struct outcome){.item = &suite->cases[i], .is_update = options->keeps_outputs};
    bool good = run_all(&schedule, err);
    stop_all(&schedule);
    return good;
}

void outcome_dispose(struct outcome *outcome)
{
    cJSON_Delete(outcome->run);
    free(outcome->log);
    *outcome = (struct outcome){.item = NULL};
}
