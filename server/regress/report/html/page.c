#include "base/cleanup.h"
#include "regress/json.h"
#include "regress/report/document.h"
#include "regress/report/escape.h"
#include "regress/report/html/parts.h"
#include "regress/report/writers.h"
#include "regress/suite/suite.h"

#include <string.h>

static const char *status_of(const cJSON *item)
{
    const char *status = json_text_at(item, "status");
    return status ? status : "?";
}

static void write_status(FILE *out, const cJSON *item)
{
    fprintf(out, "<span class=\"%s\">%s</span>%s", status_of(item), status_of(item),
            json_true_at(item, "flaky") ? ", flaky" : "");
}

static void write_measure(FILE *out, const cJSON *item, enum measure measure)
{
    double value = 0;
    double before = 0;
    if (!json_number_at(json_at(item, "measures"), measure_key(measure), &value)) {
        fputs("<td class=\"n soft\" data-key=\"-1\">&ndash;</td>", out);
        return;
    }
    fprintf(out, "<td class=\"n\" data-key=\"%.15g\">%.15g", value, value);
    if (json_number_at(json_at(item, "baseline"), measure_key(measure), &before) && before > 0 &&
        before != value)
        fprintf(out, " <span class=\"soft\">(%+.2f %%)</span>", (value - before) / before * 100);
    fputs("</td>", out);
}

static void write_row(FILE *out, const cJSON *item, int number)
{
    double time_ms = 0;
    const char *name = json_text_at(item, "name");
    json_number_at(item, "time_ms", &time_ms);
    fputs("<tr><td data-key=\"", out);
    escape(out, name, ESCAPE_ATTRIBUTE);
    fprintf(out, "\"><a href=\"#case%d\">", number);
    escape(out, name, "");
    fprintf(out, "</a></td><td data-key=\"%s\">", status_of(item));
    write_status(out, item);
    fprintf(out, "</td><td class=\"n\" data-key=\"%.0f\">%.1f s</td>", time_ms, time_ms / 1000);
    for (int i = 0; i < MEASURE_COUNT; i++)
        write_measure(out, item, (enum measure)i);
    fputs("</tr>\n", out);
}

static void write_table(FILE *out, const cJSON *document)
{
    static const char *const HEADS[] = {"case", "result", "time", "instructions",
                                        "ROM",  "RAM",    "stack"};
    const cJSON *item = NULL;
    int number = 0;
    fputs("<h2>Cases</h2>\n<div class=\"wide\"><table><thead><tr>", out);
    for (size_t i = 0; i < sizeof(HEADS) / sizeof(HEADS[0]); i++)
        fprintf(out, "<th%s><button>%s</button></th>", i >= 2 ? " class=\"n\"" : "", HEADS[i]);
    fputs("</tr></thead><tbody>\n", out);
    cJSON_ArrayForEach(item, json_at(document, "cases"))
    {
        write_row(out, item, number++);
    }
    fputs("</tbody></table></div>\n", out);
}

static void write_text(FILE *out, const char *title, const char *text)
{
    if (!text || !text[0])
        return;
    fprintf(out, "<h3>%s</h3>\n<pre>", title);
    escape(out, text, "");
    fputs("</pre>\n", out);
}

void html_write_case(FILE *out, const cJSON *item)
{
    cleanup_free char *messages = document_messages(item);
    write_text(out, "What is wrong", messages);
    html_write_operators(out, item);
    html_write_memory(out, item);
    html_write_errors(out, item);
    write_text(out, "To see it alone", json_text_at(item, "command"));
    write_text(out, "What it printed", json_text_at(item, "log"));
}

static void write_details(FILE *out, const cJSON *document)
{
    const cJSON *item = NULL;
    int number = 0;
    fputs("<h2>Each in full</h2>\n", out);
    cJSON_ArrayForEach(item, json_at(document, "cases"))
    {
        fprintf(out, "<details id=\"case%d\"%s><summary>", number++,
                strcmp(status_of(item), "failed") == 0 || strcmp(status_of(item), "error") == 0
                    ? " open"
                    : "");
        escape(out, json_text_at(item, "name"), "");
        fputs(": ", out);
        write_status(out, item);
        fputs("</summary>\n", out);
        html_write_case(out, item);
        fputs("</details>\n", out);
    }
}

void html_write(FILE *out, const cJSON *document)
{
    char totals[128];
    double time_ms = 0;
    json_number_at(document, "time_ms", &time_ms);
    document_totals_text(document, totals, sizeof(totals));
    fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>",
          out);
    fprintf(out, "%s: ", totals);
    escape(out, json_text_at(document, "suite"), "");
    fprintf(out, "</title>\n<style>\n%s</style></head><body>\n<h1>Regression test ", HTML_STYLE);
    escape(out, json_text_at(document, "suite"), "");
    fprintf(out, "</h1>\n<p>%s in %.1f s%s <span class=\"soft\">(", totals, time_ms / 1000,
            json_true_at(document, "interrupted") ? ", interrupted" : "");
    escape(out, json_text_at(document, "program"), "");
    fputs(")</span></p>\n", out);
    write_table(out, document);
    write_details(out, document);
    fprintf(out, "<script>\n%s</script>\n</body></html>\n", HTML_SCRIPT);
}
