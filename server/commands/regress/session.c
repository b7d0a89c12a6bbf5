#include "commands/regress/session.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/name_list.h"
#include "commands/option_arguments.h"
#include "commands/run/args.h"
#include "regress/baseline.h"
#include "regress/command.h"
#include "regress/report/document.h"
#include "regress/suite/load.h"
#include "regress/verdict.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static bool check_option(const char *text, struct error *err)
{
    struct settings settings;
    struct option_arguments options = {.texts = NULL};
    settings_init(&settings);
    bool good = option_arguments_add(&options, text, err) &&
                option_arguments_apply(&options, NULL, &settings, err) &&
                run_check_project_type(&settings, "project_type ", err);
    option_arguments_dispose(&options);
    settings_dispose(&settings);
    return good;
}

/* What `run` itself says to the case's command line. */
static bool check_case(const struct suite_case *item, struct error *err)
{
    struct words words;
    struct run_args args;
    struct settings settings;
    const struct command_extras extras = {.program = "microtvm-qemu", .client_fd = -1};
    if (!command_words(item, &extras, &words)) {
        words_dispose(&words);
        return error_no_memory(err, "a command line", 0);
    }
    settings_init(&settings);
    bool good = run_args_parse((int)words.count - 1, words.items + 1, &args, err) &&
                run_settings(&args, &settings, err);
    settings_dispose(&settings);
    run_args_dispose(&args);
    words_dispose(&words);
    return good;
}

static bool load_boards(char ***ret_boards, struct error *err)
{
    cleanup_free char *share_dir = NULL;
    if (!file_share_dir(&share_dir, err))
        return false;
    cleanup_free char *dir = file_path("%s/qemu-machines", share_dir);
    if (!dir)
        return error_no_memory(err, "a path", strlen(share_dir));
    const struct name_place place = {dir, "", ".json"};
    return name_list_load(&place, ret_boards, err);
}

/* Where the user's caches are: https://specifications.freedesktop.org/basedir-spec */
static bool find_cache(struct session *session, struct error *err)
{
    const struct regress_args *args = session->args;
    const char *caches = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    if (args->no_cache)
        return true;
    if (args->cache_dir)
        session->cache_dir = strdup(args->cache_dir);
    else if (caches && caches[0] == '/')
        session->cache_dir = file_path("%s/microtvm-qemu", caches);
    else if (home && home[0] == '/')
        session->cache_dir = file_path("%s/.cache/microtvm-qemu", home);
    else
        return error_set(err, ERROR_USAGE, 0,
                         "neither XDG_CACHE_HOME nor HOME names a folder for built firmware: give "
                         "--cache DIR, or --no-cache");
    return session->cache_dir || error_no_memory(err, "a path", 0);
}

static bool load_suite(struct session *session, struct error *err)
{
    cleanup_name_list char **boards = NULL;
    cleanup_free char *document = NULL;
    struct mistakes mistakes = {.count = 0};
    if (!load_boards(&boards, err))
        return false;
    const struct suite_checks checks = {.boards = boards,
                                        .option = check_option,
                                        .run = check_case,
                                        .writes_expected = session->args->mode == REGRESS_UPDATE ||
                                                           session->args->mode == REGRESS_INIT};
    bool good =
        suite_load(session->args->suite, &checks, &session->suite, &mistakes, &document, err);
    mistakes_print(&mistakes, session->args->suite, document, stderr);
    mistakes_dispose(&mistakes);
    return good;
}

bool session_load(struct session *session, const struct regress_args *args, struct error *err)
{
    session->args = args;
    if (!load_suite(session, err) ||
        !baseline_load(session->suite.baseline, &session->baseline, err))
        return false;
    for (size_t i = 0; i < args->filters.count; i++)
        if (!suite_has(&session->suite, args->filters.items[i]))
            return error_set(err, ERROR_USAGE, 0,
                             "--filter \"%s\": no case of %s is so called (--list names them)",
                             args->filters.items[i], args->suite);
    suite_select(&session->suite, args->filters.items, args->filters.count, args->shard,
                 args->shards);
    return true;
}

bool session_reload(struct session *session, struct error *err)
{
    suite_dispose(&session->suite);
    if (!load_suite(session, err))
        return false;
    for (size_t i = 0; i < session->suite.count; i++)
        session->outcomes[i].item = &session->suite.cases[i];
    return true;
}

static bool has_passed(void *context, const struct outcome *outcome)
{
    const struct session *session = context;
    return verdict(outcome, baseline_find(session->baseline, outcome->item->name), NULL) ==
           VERDICT_PASSED;
}

static void begin(void *context, size_t index)
{
    struct session *session = context;
    progress_begin(&session->progress, index);
}

static void end(void *context, size_t index, const struct outcome *outcome)
{
    struct session *session = context;
    const cJSON *baseline = baseline_find(session->baseline, outcome->item->name);
    enum verdict_status status = verdict(outcome, baseline, NULL);
    progress_end(&session->progress, index, verdict_text(status),
                 status == VERDICT_PASSED && outcome->attempts > 1, outcome->time_ms);
}

static unsigned processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

/* As many as are asked for, or can be of use, or can be. */
static unsigned choose_jobs(const struct session *session)
{
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
    unsigned jobs = session->args->jobs > 0 ? session->args->jobs : processors();
    if (jobs > session->suite.count)
        jobs = session->suite.count > 0 ? (unsigned)session->suite.count : 1;
    getrlimit(RLIMIT_NOFILE, &limit);
    unsigned most = schedule_jobs_most(limit.rlim_cur);
    if (jobs <= most)
        return jobs;
    fprintf(stderr,
            "microtvm-qemu regress: note: %u cases at a time, not %u: there are %lu file "
            "descriptors (ulimit -n)\n",
            most, jobs, (unsigned long)limit.rlim_cur);
    return most;
}

static bool make_cache(const struct session *session, struct error *err)
{
    if (!session->cache_dir || file_make_dirs(session->cache_dir, err))
        return true;
    if (!session->args->cache_dir)
        error_append(err, "built firmware is kept there: give --cache DIR for another folder, or "
                          "--no-cache");
    return false;
}

static bool prepare(struct session *session, struct error *err)
{
    size_t count = session->suite.count;
    session->outcomes = calloc(count + 1, sizeof(*session->outcomes));
    if (!session->outcomes)
        return error_no_memory(err, "outcomes", count * sizeof(*session->outcomes));
    progress_init(&session->progress, stdout, &session->suite);
    return file_program_path(&session->program, err) && find_cache(session, err) &&
           make_cache(session, err) &&
           temp_dir_make(temp_dir_parent(), "microtvm-qemu-tmp-", &session->scratch, err);
}

bool session_run(struct session *session, struct error *err)
{
    if (!prepare(session, err))
        return false;
    const struct regress_args *args = session->args;
    const struct schedule_options options = {
        .program = session->program,
        .jobs = choose_jobs(session),
        .retries = args->retries,
        .fail_fast = args->fail_fast,
        .backstop_ms = SCHEDULE_BACKSTOP_MS,
        .scratch_dir = session->scratch.path,
        .cache_dir = session->cache_dir,
        .keeps_outputs = args->mode == REGRESS_UPDATE || args->mode == REGRESS_INIT,
        .interrupt = session->interrupt,
        .passed = has_passed,
        .on_begin = begin,
        .on_end = end,
        .context = session,
    };
    int64_t began_ns = clock_now_ns();
    bool good = schedule_run(&session->suite, &options, session->outcomes, err);
    progress_clear(&session->progress);
    session->time_ms = (double)(clock_now_ns() - began_ns) / 1e6;
    session->interrupted = !good && err->kind == ERROR_INTERRUPTED;
    return good || session->interrupted;
}

bool session_document(const struct session *session, cJSON **ret_document, struct error *err)
{
    const struct document_facts facts = {
        .suite = &session->suite,
        .outcomes = session->outcomes,
        .baseline = session->baseline,
        .shard = session->args->shard,
        .shards = session->args->shards,
        .time_ms = session->time_ms,
        .interrupted = session->interrupted,
    };
    cJSON *document = document_make(&facts);
    if (!document)
        return error_no_memory(err, "a report", 0);
    *ret_document = document;
    return true;
}

void session_dispose(struct session *session)
{
    struct error err;
    for (size_t i = 0; session->outcomes && i < session->suite.count; i++)
        outcome_dispose(&session->outcomes[i]);
    free(steal_pointer(session->outcomes));
    cJSON_Delete(steal_pointer(session->baseline));
    suite_dispose(&session->suite);
    if (!temp_dir_remove(&session->scratch, &err))
        fprintf(stderr, "microtvm-qemu regress: warning: a temporary folder stays behind: %s\n",
                err.text);
    free(steal_pointer(session->cache_dir));
    free(steal_pointer(session->program));
}
