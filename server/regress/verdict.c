#include "regress/verdict.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "regress/baseline.h"
#include "regress/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Exit codes of `run` (README's table). */
enum { RUN_OK = 0, RUN_DIFFERS = 1, RUN_TOOL = 6, RUN_SYSTEM = 7 };

struct judge {
    const struct outcome *outcome;
    const cJSON *baseline;
    cJSON *failures; /* NULL: they are only counted */
    size_t count;
};

const char *verdict_text(enum verdict_status status)
{
    static const char *const TEXTS[] = {[VERDICT_PASSED] = "passed",
                                        [VERDICT_FAILED] = "failed",
                                        [VERDICT_ERROR] = "error",
                                        [VERDICT_NOT_RUN] = "not run"};
    return TEXTS[status];
}

static void fail(struct judge *judge, const char *kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fail(struct judge *judge, const char *kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cleanup_free char *message = text_format(format, args);
    va_end(args);
    judge->count++;
    if (!judge->failures)
        return;
    cJSON *failure = cJSON_CreateObject();
    cJSON_AddStringToObject(failure, "kind", kind);
    cJSON_AddStringToObject(failure, "message", message ? message : "out of memory");
    cJSON_AddItemToArray(judge->failures, failure);
}

/* "[0, 3]" of an array of numbers. */
static const char *index_text(const cJSON *index, char *buffer, size_t size)
{
    const cJSON *item = NULL;
    size_t used = (size_t)snprintf(buffer, size, "[");
    cJSON_ArrayForEach(item, index)
    {
        if (used < size)
            used += (size_t)snprintf(buffer + used, size - used, "%s%.0f", used > 1 ? ", " : "",
                                     item->valuedouble);
    }
    if (used < size)
        snprintf(buffer + used, size - used, "]");
    return buffer;
}

/* A value of an element: a number, or "nan". */
static const char *value_text(const cJSON *value, char *buffer, size_t size)
{
    if (cJSON_IsString(value))
        snprintf(buffer, size, "%s", value->valuestring);
    else if (cJSON_IsNumber(value))
        snprintf(buffer, size, "%.9g", value->valuedouble);
    else
        snprintf(buffer, size, "?");
    return buffer;
}

static void differs(struct judge *judge, const char *name, const cJSON *comparison)
{
    char index[128];
    char at[128];
    char got[48];
    char expected[48];
    double differing = 0;
    double count = 0;
    double largest = 0;
    const cJSON *first = json_at(comparison, "first_difference");
    json_number_at(comparison, "differing", &differing);
    json_number_at(comparison, "count", &count);
    json_number_at(comparison, "largest_absolute_error", &largest);
    fail(judge, "output",
         "output \"%s\": %.0f of %.0f elements differ, by %.3g at most (at %s); first at %s: got "
         "%s, expected %s",
         printable(name).text, differing, count, largest,
         index_text(json_at(comparison, "largest_at"), at, sizeof(at)),
         index_text(json_at(first, "index"), index, sizeof(index)),
         value_text(json_at(first, "got"), got, sizeof(got)),
         value_text(json_at(first, "expected"), expected, sizeof(expected)));
}

/* With as many digits as tell it from what was asked for. */
static const char *share_text(double share, double least, char *buffer, size_t size)
{
    char asked[32];
    snprintf(asked, sizeof(asked), "%.9g", least);
    snprintf(buffer, size, "%.9g", share);
    if (strcmp(buffer, asked) == 0)
        snprintf(buffer, size, "%.17g", share);
    return buffer;
}

static void check_share(struct judge *judge, const char *name, const cJSON *comparison,
                        const char *key, const char *what)
{
    char text[32];
    double share = 0;
    double least = judge->outcome->item->tolerance.least;
    if (!json_number_at(comparison, key, &share))
        fail(judge, "output", "output \"%s\": its %s is not known, and at least %.15g is asked for",
             printable(name).text, what, least);
    else if (!(share >= least)) /* NaN is no such */
        fail(judge, "output", "output \"%s\": the %s is %s, at least %.15g is asked for",
             printable(name).text, what, share_text(share, least, text, sizeof(text)), least);
}

static void check_output(struct judge *judge, const cJSON *output, const cJSON *comparison)
{
    const char *name = json_text_at(output, "name");
    name = name ? name : "?";
    switch (judge->outcome->item->tolerance.rule) {
    case RULE_COSINE:
        check_share(judge, name, comparison, "cosine", "cosine to what is expected");
        break;
    case RULE_TOP_1:
        check_share(judge, name, comparison, "top_1_agreement", "top-1 agreement");
        break;
    default:
        if (!json_true_at(comparison, "matches"))
            differs(judge, name, comparison);
    }
}

static void check_outputs(struct judge *judge, const cJSON *run)
{
    const cJSON *output = NULL;
    size_t compared = 0;
    cJSON_ArrayForEach(output, json_at(run, "outputs"))
    {
        const cJSON *comparison = json_at(output, "comparison");
        if (!comparison)
            continue;
        compared++;
        check_output(judge, output, comparison);
    }
    if (compared < judge->outcome->item->expected.count)
        fail(judge, "output", "of %zu expected outputs %zu were compared",
             judge->outcome->item->expected.count, compared);
}

static void check_accuracy(struct judge *judge, const cJSON *run)
{
    char text[32];
    double least = judge->outcome->item->least_accuracy;
    double value = 0;
    const char *measure = json_text_at(run, "labels.measure");
    if (least < 0)
        return;
    if (!json_number_at(run, "labels.value", &value))
        fail(judge, "accuracy", "the accuracy is not known, and at least %.15g is asked for",
             least);
    else if (!(value >= least))
        fail(judge, "accuracy", "the accuracy (%s) is %s, at least %.15g is asked for",
             measure ? printable(measure).text : "?", share_text(value, least, text, sizeof(text)),
             least);
}

static void check_growth(struct judge *judge, enum measure measure, double value)
{
    char versions[512];
    char worst[512] = "";
    double most = judge->outcome->item->limits.growth_percent[measure];
    double before = 0;
    if (most < 0)
        return;
    if (!json_number_at(judge->baseline, measure_key(measure), &before)) {
        fail(judge, measure_key(measure),
             "growth is limited, and the baseline does not tell %s of this case (--update notes "
             "them)",
             measure_unit(measure));
        return;
    }
    /* An allowance of 10 % is not to fail for what 0.1 is in binary. */
    double allowed = before + before * most / 100 * (1 + 1e-12);
    if (value <= allowed)
        return;
    if (measure == MEASURE_INSTRUCTIONS)
        baseline_worst_operator(judge->outcome->run, judge->baseline, worst, sizeof(worst));
    fail(judge, measure_key(measure),
         "%.15g %s, %.12g more than the baseline's %.15g (%+.3g %%, at most %.15g %%)%s%s", value,
         measure_unit(measure), value - before, before,
         before > 0 ? (value - before) / before * 100 : (double)INFINITY, most, worst,
         baseline_other_versions(judge->outcome->run, judge->baseline, versions, sizeof(versions)));
}

static void check_limits(struct judge *judge, const cJSON *run)
{
    const struct suite_limits *limits = &judge->outcome->item->limits;
    for (int i = 0; i < MEASURE_COUNT; i++) {
        enum measure measure = (enum measure)i;
        double value = 0;
        if (limits->most[i] < 0 && limits->growth_percent[i] < 0)
            continue;
        if (!measure_of_run(run, measure, &value)) {
            fail(judge, measure_key(measure), "there is a limit on %s, and they were not measured",
                 measure_unit(measure));
            continue;
        }
        if (limits->most[i] >= 0 && value > limits->most[i])
            fail(judge, measure_key(measure), "%.15g %s, %.12g over the limit of %.15g", value,
                 measure_unit(measure), value - limits->most[i], limits->most[i]);
        check_growth(judge, measure, value);
    }
}

/* The end of what it printed, where it wrote no document. */
static const char *last_lines(const char *log)
{
    enum { SHOWN = 2000 };
    size_t length = log ? strlen(log) : 0;
    return length > SHOWN ? log + length - SHOWN : length > 0 ? log : "(nothing)";
}

static enum verdict_status judge_end(struct judge *judge)
{
    char text[64];
    const struct outcome *outcome = judge->outcome;
    const char *kind = json_text_at(outcome->run, "failure.kind");
    const char *message = json_text_at(outcome->run, "failure.message");
    if (outcome->was_stuck)
        fail(judge, "stuck", "it did not end by its deadline of %g s and was killed",
             outcome->item->deadline_s);
    else if (outcome->was_refused)
        fail(judge, "system", "no run of it could be begun: %s", last_lines(outcome->log));
    else if (message)
        fail(judge, kind ? kind : "internal", "%s", message);
    else
        fail(judge, "crash", "the run ended with %s and wrote no document; it printed:\n%s",
             child_status_text(outcome->status, text, sizeof(text)), last_lines(outcome->log));
    return VERDICT_ERROR;
}

/* Did `run` come to its end, whether outputs differ or not? */
static bool has_run(const struct outcome *outcome)
{
    int code = WIFEXITED(outcome->status) ? WEXITSTATUS(outcome->status) : -1;
    return !outcome->was_stuck && outcome->run && !json_at(outcome->run, "failure") &&
           (code == RUN_OK || code == RUN_DIFFERS);
}

enum verdict_status verdict(const struct outcome *outcome, const cJSON *baseline, cJSON *failures)
{
    struct judge judge = {.outcome = outcome, .baseline = baseline, .failures = failures};
    if (!outcome->was_run)
        return VERDICT_NOT_RUN;
    if (!has_run(outcome))
        return judge_end(&judge);
    if (outcome->is_update)
        return VERDICT_PASSED;
    check_outputs(&judge, outcome->run);
    check_accuracy(&judge, outcome->run);
    check_limits(&judge, outcome->run);
    return judge.count > 0 ? VERDICT_FAILED : VERDICT_PASSED;
}

bool verdict_is_environment(int exit_code)
{
    return exit_code == RUN_TOOL || exit_code == RUN_SYSTEM;
}
