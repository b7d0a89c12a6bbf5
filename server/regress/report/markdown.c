#include "base/cleanup.h"
#include "regress/json.h"
#include "regress/report/document.h"
#include "regress/report/escape.h"
#include "regress/report/writers.h"
#include "regress/suite/suite.h"

static void cell(FILE *out, const char *text)
{
    escape(out, text, ESCAPE_MARKDOWN);
}

/* GitHub shows none of a step's summary of more than 1 MiB. */
enum { FAILURES_END_BYTES = 500 * 1000, TABLE_END_BYTES = 900 * 1000 };

static bool has_room(FILE *out, long end_bytes)
{
    return ftell(out) < end_bytes;
}

static void write_left(FILE *out, int left)
{
    if (left > 0)
        fprintf(out, "\n%d more %s in the other reports.\n", left, left == 1 ? "is" : "are");
}

static void write_failures(FILE *out, const cJSON *document)
{
    enum { SHOWN = 100 };
    const cJSON *item = NULL;
    int shown = 0;
    int left = 0;
    cJSON_ArrayForEach(item, json_at(document, "cases"))
    {
        cleanup_free char *messages = document_messages(item);
        if (document_passed(item))
            continue;
        if (shown == SHOWN || !has_room(out, FAILURES_END_BYTES)) {
            left++;
            continue;
        }
        shown++;
        fputs("\n**", out);
        cell(out, json_text_at(item, "name"));
        fprintf(out, "**: %s\n<pre>", json_text_at(item, "status"));
        escape(out, messages, "");
        fputs("\n\n", out);
        escape(out, json_text_at(item, "command"), "");
        fputs("</pre>\n", out);
    }
    write_left(out, left);
}

/* "12345 (+2.1 %)" */
static void write_measure(FILE *out, const cJSON *item, enum measure measure)
{
    double value = 0;
    double before = 0;
    if (!json_number_at(json_at(item, "measures"), measure_key(measure), &value)) {
        fputs(" |", out);
        return;
    }
    fprintf(out, " %.0f", value);
    if (json_number_at(json_at(item, "baseline"), measure_key(measure), &before) && before > 0 &&
        before != value)
        fprintf(out, " (%+.2f&nbsp;%%)", (value - before) / before * 100);
    fputs(" |", out);
}

static void write_table(FILE *out, const cJSON *document)
{
    const cJSON *item = NULL;
    int left = 0;
    fputs("\n<details><summary>All cases</summary>\n\n"
          "| case | result | time | instructions | ROM | RAM | stack |\n"
          "|---|---|--:|--:|--:|--:|--:|\n",
          out);
    cJSON_ArrayForEach(item, json_at(document, "cases"))
    {
        double time_ms = 0;
        if (!has_room(out, TABLE_END_BYTES)) {
            left++;
            continue;
        }
        json_number_at(item, "time_ms", &time_ms);
        fputs("| ", out);
        cell(out, json_text_at(item, "name"));
        fprintf(out, " | %s%s | %.1f&nbsp;s |", json_text_at(item, "status"),
                json_true_at(item, "flaky") ? ", flaky" : "", time_ms / 1000);
        for (int i = 0; i < MEASURE_COUNT; i++)
            write_measure(out, item, (enum measure)i);
        fputc('\n', out);
    }
    write_left(out, left);
    fputs("\n</details>\n", out);
}

void markdown_write(FILE *out, const cJSON *document)
{
    char totals[128];
    fputs("### Regression test ", out);
    cell(out, json_text_at(document, "suite"));
    fprintf(out, ": %s%s\n", document_totals_text(document, totals, sizeof(totals)),
            json_true_at(document, "interrupted") ? ", interrupted" : "");
    write_failures(out, document);
    write_table(out, document);
}
