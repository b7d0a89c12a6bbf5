#include "regress/report/merge.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "regress/json.h"
#include "regress/report/document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A shard's report. */
struct part {
    const cJSON *report;
    const char *name; /* its file's */
    const char *suite;
    size_t number; /* of so many */
    size_t count;
};

static bool read_number(const cJSON *report, const char *path, size_t *ret_number)
{
    enum { MOST = 1000000 };
    double number = 0;
    if (!json_number_at(report, path, &number) || !(number >= 1 && number <= MOST) ||
        number != floor(number))
        return false;
    *ret_number = (size_t)number;
    return true;
}

/* It may be anybody's: what the other reports are made of must be there. */
static bool read_part(struct part *part, struct error *err)
{
    const cJSON *cases = json_at(part->report, "cases");
    const cJSON *item = NULL;
    size_t index = 0;
    part->suite = json_text_at(part->report, "suite");
    if (!part->suite || !cJSON_IsArray(cases))
        return error_set(err, ERROR_USAGE, 0, "%s: it has no suite, or no cases", part->name);
    cJSON_ArrayForEach(item, cases)
    {
        if (!document_is_case(item))
            return error_set(err, ERROR_USAGE, 0,
                             "%s: /cases/%zu has no name, board, command or known status",
                             part->name, index);
        index++;
    }
    if (!json_at(part->report, "shard"))
        return error_set(err, ERROR_USAGE, 0, "%s: it is of a whole suite, of no shard",
                         part->name);
    return (read_number(part->report, "shard.number", &part->number) &&
            read_number(part->report, "shard.count", &part->count) &&
            part->number <= part->count) ||
           error_set(err, ERROR_USAGE, 0, "%s: /shard is no number of a count", part->name);
}

static int by_number(const void *a, const void *b)
{
    const struct part *left = a;
    const struct part *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

static int cases_of(const struct part *part)
{
    return cJSON_GetArraySize(json_at(part->report, "cases"));
}

/* Sorted: is each there, once? */
static bool check_numbers(const struct part *parts, size_t count, struct error *err)
{
    size_t wanted = 1;
    for (size_t i = 0; i < count; i++, wanted++) {
        if (parts[i].number > wanted)
            break;
        if (parts[i].number < wanted)
            return error_set(err, ERROR_USAGE, 0,
                             "shard %zu of %zu is there more than once, %s and %s", parts[i].number,
                             parts[i].count, parts[i - 1].name, parts[i].name);
    }
    return wanted > parts[0].count ||
           error_set(err, ERROR_USAGE, 0, "shard %zu of %zu is missing", wanted, parts[0].count);
}

/* Cases are dealt out in turn, so that the first shards have one more, or all have as many. */
static bool check_cases(const struct part *parts, size_t count, struct error *err)
{
    for (size_t i = 1; i < count; i++)
        if (cases_of(&parts[i]) > cases_of(&parts[i - 1]) ||
            cases_of(&parts[i]) < cases_of(&parts[0]) - 1)
            return error_set(err, ERROR_USAGE, 0,
                             "%s has %d cases, and %s %d: they are not shards of the same cases "
                             "(one suite, with the same --filter)",
                             parts[i - 1].name, cases_of(&parts[i - 1]), parts[i].name,
                             cases_of(&parts[i]));
    return true;
}

static bool check_parts(struct part *parts, size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!read_part(&parts[i], err))
            return false;
        if (parts[i].count != parts[0].count || strcmp(parts[i].suite, parts[0].suite) != 0)
            return error_set(
                err, ERROR_USAGE, 0,
                "%s is of shard %zu of %zu of %s, and %s of %zu of %zu of %s: they are "
                "of another suite, or of another number of shards",
                parts[0].name, parts[0].number, parts[0].count, printable(parts[0].suite).text,
                parts[i].name, parts[i].number, parts[i].count, printable(parts[i].suite).text);
    }
    qsort(parts, count, sizeof(*parts), by_number);
    return check_numbers(parts, count, err) && check_cases(parts, count, err);
}

/* A case in each shard; the lists are walked side by side. */
static bool merge_cases(const struct part *parts, size_t count, cJSON *cases)
{
    cleanup_free const cJSON **next = calloc(count, sizeof(void *));
    bool good = next && cases;
    for (size_t i = 0; good && i < count; i++)
        next[i] = json_at(parts[i].report, "cases")->child;
    for (bool any = good; good && any;) {
        any = false;
        for (size_t i = 0; good && i < count; i++) {
            if (!next[i])
                continue;
            good = cJSON_AddItemToArray(cases, cJSON_Duplicate(next[i], true));
            next[i] = next[i]->next;
            any = true;
        }
    }
    return good;
}

static cJSON *merge(const struct part *parts, size_t count)
{
    double time_ms = 0;
    bool interrupted = false;
    for (size_t i = 0; i < count; i++) {
        double its_ms = 0;
        json_number_at(parts[i].report, "time_ms", &its_ms);
        time_ms += its_ms;
        interrupted = interrupted || json_true_at(parts[i].report, "interrupted");
    }
    cJSON *document = document_header(parts[0].suite, time_ms, interrupted);
    cJSON_AddNullToObject(document, "shard");
    if (merge_cases(parts, count, cJSON_AddArrayToObject(document, "cases")) &&
        document_add_totals(document))
        return document;
    cJSON_Delete(document);
    return NULL;
}

bool merge_reports(cJSON *const *reports, const char *const *names, size_t count,
                   cJSON **ret_document, struct error *err)
{
    cleanup_free struct part *parts = calloc(count, sizeof(*parts));
    for (size_t i = 0; parts && i < count; i++)
        parts[i] = (struct part){.report = reports[i], .name = names[i]};
    if (parts && !check_parts(parts, count, err))
        return false;
    cJSON *document = parts ? merge(parts, count) : NULL;
    if (!document)
        return error_no_memory(err, "a report", count * sizeof(*parts));
    *ret_document = document;
    return true;
}
