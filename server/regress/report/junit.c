#include "base/cleanup.h"
#include "regress/json.h"
#include "regress/report/document.h"
#include "regress/report/escape.h"
#include "regress/report/writers.h"
#include "regress/verdict.h"

#include <string.h>

static void attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    escape(out, value, ESCAPE_ATTRIBUTE);
    fputc('"', out);
}

static const char *text_of(const cJSON *item, const char *key)
{
    const char *text = json_text_at(item, key);
    return text ? text : "";
}

static double seconds(const cJSON *item)
{
    double time_ms = 0;
    json_number_at(item, "time_ms", &time_ms);
    return time_ms / 1000;
}

static bool has_status(const cJSON *item, enum verdict_status status)
{
    return strcmp(text_of(item, "status"), verdict_text(status)) == 0;
}

/* <failure> or <error>: the first message as its summary, all of them in its text. */
static void write_failure(FILE *out, const cJSON *item, const char *element)
{
    const cJSON *first = cJSON_GetArrayItem(json_at(item, "failures"), 0);
    cleanup_free char *messages = document_messages(item);
    fprintf(out, "      <%s", element);
    attribute(out, "type", text_of(first, "kind"));
    attribute(out, "message", text_of(first, "message"));
    fputc('>', out);
    escape(out, messages, "");
    fputs("\n\n", out);
    escape(out, text_of(item, "command"), "");
    fprintf(out, "</%s>\n", element);
}

static void write_case(FILE *out, const cJSON *item)
{
    fputs("    <testcase", out);
    attribute(out, "name", text_of(item, "name"));
    attribute(out, "classname", text_of(item, "board"));
    fprintf(out, " time=\"%.3f\">\n", seconds(item));
    if (has_status(item, VERDICT_NOT_RUN))
        fputs("      <skipped message=\"not run\"/>\n", out);
    else if (!document_passed(item))
        write_failure(out, item, has_status(item, VERDICT_FAILED) ? "failure" : "error");
    if (json_true_at(item, "flaky"))
        fputs("      <system-out>flaky: it passed on a retry</system-out>\n", out);
    else if (json_text_at(item, "log")) {
        fputs("      <system-out>", out);
        escape(out, text_of(item, "log"), "");
        fputs("</system-out>\n", out);
    }
    fputs("    </testcase>\n", out);
}

/* Of the cases on a board (NULL: on all), as attributes. */
static void write_totals(FILE *out, const cJSON *document, const char *board, bool with_skipped)
{
    const cJSON *item = NULL;
    int counts[VERDICT_NOT_RUN + 1] = {0};
    double time_s = 0;
    cJSON_ArrayForEach(item, json_at(document, "cases"))
    {
        if (board && strcmp(text_of(item, "board"), board) != 0)
            continue;
        for (int i = 0; i <= VERDICT_NOT_RUN; i++)
            counts[i] += has_status(item, (enum verdict_status)i);
        time_s += seconds(item);
    }
    fprintf(out, " tests=\"%d\" failures=\"%d\" errors=\"%d\"",
            counts[VERDICT_PASSED] + counts[VERDICT_FAILED] + counts[VERDICT_ERROR] +
                counts[VERDICT_NOT_RUN],
            counts[VERDICT_FAILED], counts[VERDICT_ERROR]);
    if (with_skipped)
        fprintf(out, " skipped=\"%d\"", counts[VERDICT_NOT_RUN]);
    fprintf(out, " time=\"%.3f\"", time_s);
}

static void write_board(FILE *out, const cJSON *document, const char *board)
{
    const cJSON *item = NULL;
    fputs("  <testsuite", out);
    attribute(out, "name", board);
    write_totals(out, document, board, true);
    fputs(">\n", out);
    cJSON_ArrayForEach(item, json_at(document, "cases"))
    {
        if (strcmp(text_of(item, "board"), board) == 0)
            write_case(out, item);
    }
    fputs("  </testsuite>\n", out);
}

/* Was the board that of a case before this one? */
static bool was_before(const cJSON *document, const cJSON *item)
{
    const cJSON *earlier = NULL;
    cJSON_ArrayForEach(earlier, json_at(document, "cases"))
    {
        if (earlier == item)
            return false;
        if (strcmp(text_of(earlier, "board"), text_of(item, "board")) == 0)
            return true;
    }
    return false;
}

void junit_write(FILE *out, const cJSON *document)
{
    const cJSON *item = NULL;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
    attribute(out, "name", text_of(document, "suite"));
    write_totals(out, document, NULL, false);
    fputs(">\n", out);
    cJSON_ArrayForEach(item, json_at(document, "cases"))
    {
        if (!was_before(document, item))
            write_board(out, document, text_of(item, "board"));
    }
    fputs("</testsuites>\n", out);
}
