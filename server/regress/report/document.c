#include "regress/report/document.h"

#include "base/cleanup.h"
#include "regress/baseline.h"
#include "regress/command.h"
#include "regress/json.h"
#include "regress/verdict.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static cJSON *or_null(cJSON *item)
{
    return item ? item : cJSON_CreateNull();
}

static cJSON *string_or_null(const char *text)
{
    return text ? cJSON_CreateString(text) : cJSON_CreateNull();
}

static void add_exit_code(cJSON *item, const struct outcome *outcome)
{
    bool has_code = outcome->was_run && !outcome->was_stuck && WIFEXITED(outcome->status);
    cJSON_AddItemToObject(item, "exit_code",
                          has_code ? cJSON_CreateNumber(WEXITSTATUS(outcome->status))
                                   : cJSON_CreateNull());
}

static cJSON *make_case(const struct outcome *outcome, const cJSON *baseline)
{
    cJSON *item = cJSON_CreateObject();
    cJSON *failures = cJSON_CreateArray();
    const cJSON *before = baseline_find(baseline, outcome->item->name);
    enum verdict_status status = verdict(outcome, before, failures);
    cleanup_free char *command = command_text(outcome->item, !outcome->is_update);
    bool passed = status == VERDICT_PASSED;
    cJSON_AddStringToObject(item, "name", outcome->item->name);
    cJSON_AddStringToObject(item, "model", outcome->item->model);
    cJSON_AddStringToObject(item, "board", outcome->item->board);
    cJSON_AddStringToObject(item, "status", verdict_text(status));
    cJSON_AddBoolToObject(item, "flaky", passed && outcome->attempts > 1);
    cJSON_AddNumberToObject(item, "attempts", outcome->attempts);
    cJSON_AddNumberToObject(item, "time_ms", outcome->time_ms);
    add_exit_code(item, outcome);
    cJSON_AddItemToObject(item, "failures", failures);
    cJSON_AddItemToObject(item, "command", string_or_null(command));
    cJSON_AddItemToObject(item, "log", string_or_null(passed ? NULL : outcome->log));
    cJSON_AddItemToObject(item, "measures",
                          or_null(outcome->run ? baseline_entry(outcome->run) : NULL));
    cJSON_AddItemToObject(item, "baseline", or_null(cJSON_Duplicate(before, true)));
    cJSON_AddItemToObject(item, "run", or_null(cJSON_Duplicate(outcome->run, true)));
    return item;
}

cJSON *document_header(const char *suite, double time_ms, bool interrupted)
{
    cJSON *document = cJSON_CreateObject();
    cJSON_AddStringToObject(document, "format", DOCUMENT_FORMAT);
    cJSON_AddNumberToObject(document, "version", 1);
    cJSON_AddStringToObject(document, "program", "microtvm-qemu " MICROTVM_QEMU_VERSION);
    cJSON_AddItemToObject(document, "suite", string_or_null(suite));
    cJSON_AddNumberToObject(document, "time_ms", time_ms);
    cJSON_AddBoolToObject(document, "interrupted", interrupted);
    return document;
}

bool document_add_totals(cJSON *document)
{
    const struct totals totals = document_totals(document);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "passed", (double)totals.passed);
    cJSON_AddNumberToObject(object, "flaky", (double)totals.flaky);
    cJSON_AddNumberToObject(object, "failed", (double)totals.failed);
    cJSON_AddNumberToObject(object, "errors", (double)totals.errors);
    cJSON_AddNumberToObject(object, "not_run", (double)totals.not_run);
    cJSON_AddItemToObject(document, "totals", object);
    return cJSON_AddNumberToObject(document, "exit_code", document_exit_code(document)) != NULL;
}

cJSON *document_make(const struct document_facts *facts)
{
    cJSON *document = document_header(facts->suite->path, facts->time_ms, facts->interrupted);
    cJSON *shard = facts->shards > 0 ? cJSON_CreateObject() : cJSON_CreateNull();
    if (facts->shards > 0) {
        cJSON_AddNumberToObject(shard, "number", facts->shard);
        cJSON_AddNumberToObject(shard, "count", facts->shards);
    }
    cJSON_AddItemToObject(document, "shard", shard);
    cJSON *cases = cJSON_AddArrayToObject(document, "cases");
    for (size_t i = 0; i < facts->suite->count; i++)
        cJSON_AddItemToArray(cases, make_case(&facts->outcomes[i], facts->baseline));
    /* cJSON's calls above do nothing where memory ran out; all cases being there tells. */
    bool whole = document_add_totals(document) && cases &&
                 (size_t)cJSON_GetArraySize(cases) == facts->suite->count;
    if (whole)
        return document;
    cJSON_Delete(document);
    return NULL;
}

static bool is_status(const cJSON *item, enum verdict_status status)
{
    const char *text = json_text_at(item, "status");
    return text && strcmp(text, verdict_text(status)) == 0;
}

bool document_is_case(const cJSON *item)
{
    bool has_status = false;
    for (int i = 0; i <= VERDICT_NOT_RUN; i++)
        has_status = has_status || is_status(item, (enum verdict_status)i);
    return has_status && json_text_at(item, "name") && json_text_at(item, "board") &&
           json_text_at(item, "command");
}

bool document_passed(const cJSON *item)
{
    return is_status(item, VERDICT_PASSED);
}

struct totals document_totals(const cJSON *document)
{
    struct totals totals = {.passed = 0};
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, json_at(document, "cases"))
    {
        totals.passed += is_status(item, VERDICT_PASSED);
        totals.failed += is_status(item, VERDICT_FAILED);
        totals.errors += is_status(item, VERDICT_ERROR);
        totals.not_run += is_status(item, VERDICT_NOT_RUN);
        totals.flaky += json_true_at(item, "flaky");
    }
    json_number_at(document, "time_ms", &totals.time_ms);
    return totals;
}

const char *document_totals_text(const cJSON *document, char *buffer, size_t size)
{
    const struct totals totals = document_totals(document);
    size_t used = (size_t)snprintf(buffer, size, "%zu passed", totals.passed);
    const struct {
        size_t count;
        const char *word;
    } others[] = {{totals.flaky, " flaky"},
                  {totals.failed, " failed"},
                  {totals.errors, totals.errors == 1 ? " error" : " errors"},
                  {totals.not_run, " not run"}};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (others[i].count > 0 && used < size)
            used += (size_t)snprintf(buffer + used, size - used, "%s%zu%s%s", i == 0 ? " (" : ", ",
                                     others[i].count, others[i].word, i == 0 ? ")" : "");
    return buffer;
}

/* What the surroundings' fault is comes before what the cases' is: those tell nothing then. */
int document_exit_code(const cJSON *document)
{
    const cJSON *item = NULL;
    const struct totals totals = document_totals(document);
    int code = totals.failed + totals.errors + totals.not_run > 0 ? REGRESS_FAILED : REGRESS_PASSED;
    cJSON_ArrayForEach(item, json_at(document, "cases"))
    {
        double its = 0;
        if (json_number_at(item, "exit_code", &its) && verdict_is_environment((int)its))
            code = (int)its;
    }
    return json_true_at(document, "interrupted") ? REGRESS_INTERRUPTED : code;
}

char *document_messages(const cJSON *item)
{
    cleanup_free char *text = NULL;
    size_t size = 0;
    const cJSON *failure = NULL;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    cJSON_ArrayForEach(failure, json_at(item, "failures"))
    {
        const char *message = json_text_at(failure, "message");
        fprintf(out, "%s%s", ftell(out) > 0 ? "\n" : "", message ? message : "");
    }
    bool failed = ferror(out) != 0;
    return fclose(out) == 0 && !failed ? steal_pointer(text) : NULL;
}
