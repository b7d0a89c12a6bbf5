/* microtvm-qemu regress: a suite in, a verdict and reports out. */
#include "base/cleanup.h"
#include "base/text.h"
#include "commands/commands.h"
#include "commands/exit_code.h"
#include "commands/regress/args.h"
#include "commands/regress/init/init.h"
#include "commands/regress/session.h"
#include "commands/regress/update/update.h"
#include "regress/json.h"
#include "regress/report/document.h"
#include "regress/report/merge.h"
#include "regress/report/writers.h"

#include <stdlib.h>

/* The terminal first: what is said there does not depend on a disk. Where one report can't be
 * written, the others are; the first error is told. */
static bool tell(struct session *session, const struct regress_args *args, const cJSON *document,
                 struct error *err)
{
    struct error further;
    text_write(stdout, document, session->progress.colour);
    fflush(stdout);
    bool told = reports_tell_github(&session->hush, document, err);
    bool written =
        !args->report_dir || reports_write(args->report_dir, document, told ? err : &further);
    return told && written;
}

static bool load_parts(const struct texts *paths, cJSON **parts, struct error *err)
{
    for (size_t i = 0; i < paths->count; i++)
        if (!json_load(paths->items[i], DOCUMENT_FORMAT, &parts[i], err))
            return false;
    return true;
}

static bool merge(const struct regress_args *args, struct session *session, int *ret_code,
                  struct error *err)
{
    size_t count = args->operands.count;
    cleanup_free cJSON **parts = calloc(count, sizeof(void *));
    cleanup_json cJSON *document = NULL;
    if (!parts)
        return error_no_memory(err, "reports", count * sizeof(void *));
    bool good = (!args->report_dir || reports_prepare(args->report_dir, err)) &&
                load_parts(&args->operands, parts, err) &&
                merge_reports(parts, args->operands.items, count, &document, err) &&
                tell(session, args, document, err);
    for (size_t i = 0; i < count; i++)
        cJSON_Delete(parts[i]);
    *ret_code = good ? document_exit_code(document) : 0;
    return good;
}

static void list(const struct suite *suite)
{
    for (size_t i = 0; i < suite->count; i++)
        text_print_line(stdout, "", suite->cases[i].name);
}

static bool run(struct session *session, int *ret_code, struct error *err)
{
    const struct regress_args *args = session->args;
    cleanup_json cJSON *document = NULL;
    if ((args->report_dir && !reports_prepare(args->report_dir, err)) ||
        !session_run(session, err) || !session_document(session, &document, err))
        return false;
    *ret_code = document_exit_code(document);
    return tell(session, args, document, err);
}

/* A case that could not run is told as elsewhere, and what was before stays. */
static bool update(struct session *session, int *ret_code, struct error *err)
{
    cleanup_json cJSON *document = NULL;
    bool updated = false;
    if (!update_check(session, err) || !session_run(session, err) ||
        !session_document(session, &document, err))
        return false;
    *ret_code = document_exit_code(document);
    if (!session->interrupted && !update_files(session, &updated, err))
        return false;
    text_write(stdout, document, session->progress.colour);
    if (updated)
        puts("The suite is up to date.");
    else if (session->args->mode == REGRESS_INIT && !session->interrupted)
        printf("%s and its inputs are there, what is expected is not: mend or take out what can't "
               "run, and --update it.\n",
               session->args->suite);
    else
        puts("Nothing was updated.");
    return true;
}

static bool init(const struct regress_args *args, struct session *session, int *ret_code,
                 struct error *err)
{
    if (!init_suite(args, err))
        return false;
    bool good = session_load(session, args, err) && update(session, ret_code, err);
    if (!good || session->interrupted)
        init_undo(args);
    return good;
}

static bool run_mode(const struct regress_args *args, struct session *session, int *ret_code,
                     struct error *err)
{
    if (args->mode == REGRESS_MERGE)
        return merge(args, session, ret_code, err);
    if (args->mode == REGRESS_INIT)
        return init(args, session, ret_code, err);
    if (!session_load(session, args, err))
        return false;
    if (args->mode == REGRESS_UPDATE)
        return update(session, ret_code, err);
    if (args->mode == REGRESS_LIST) {
        list(&session->suite);
        return true;
    }
    return run(session, ret_code, err);
}

int command_regress(int argc, char **argv)
{
    struct error err = {.kind = ERROR_NONE};
    struct regress_args args;
    struct interrupt interrupt = {.signal_fd = -1, .peer_fd = -1};
    struct session session = {.interrupt = &interrupt};
    int code = EXIT_CODE_OK;
    if (!regress_args_parse(argc, argv, &args, &err))
        return (int)exit_with_error("regress", &err);
    if (args.help) {
        regress_args_help(stdout);
        regress_args_dispose(&args);
        return EXIT_CODE_OK;
    }
    bool good = (args.mode == REGRESS_LIST || reports_hush_github(&session.hush, &err)) &&
                interrupt_open(&interrupt, &err) && run_mode(&args, &session, &code, &err);
    if (!good)
        code = (int)exit_with_error("regress", &err);
    reports_resume_github(&session.hush);
    session_dispose(&session);
    interrupt_close(&interrupt);
    regress_args_dispose(&args);
    return code;
}
