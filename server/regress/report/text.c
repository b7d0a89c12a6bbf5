#include "base/text.h"
#include "base/cleanup.h"
#include "regress/json.h"
#include "regress/report/document.h"
#include "regress/report/writers.h"

#include <string.h>

static const char RED[] = "\033[31m";
static const char GREEN[] = "\033[32m";
static const char PLAIN[] = "\033[m";

void text_write_case(FILE *out, const char *status, bool flaky, const char *name, double time_ms,
                     int width, bool colour)
{
    const char *begin = !colour ? "" : strcmp(status, "passed") == 0 ? GREEN : RED;
    const struct printable shown = printable(name);
    int room = width - text_characters(shown.text);
    fprintf(out, "%s%-7s%s  %s%*s %7.1f s%s\n", begin, status, colour ? PLAIN : "", shown.text,
            room > 0 ? room : 0, "", time_ms / 1000, flaky ? "  flaky: it passed on a retry" : "");
}

static void write_failure(FILE *out, const cJSON *item)
{
    cleanup_free char *messages = document_messages(item);
    const char *name = json_text_at(item, "name");
    const char *command = json_text_at(item, "command");
    cleanup_free char *title = NULL;
    if (asprintf(&title, "%s: %s", name, json_text_at(item, "status")) < 0)
        title = NULL;
    fputc('\n', out);
    text_print_line(out, "", title ? title : name);
    if (messages && *messages)
        text_print_lines(out, "  ", messages, strlen(messages));
    if (command)
        text_print_line(out, "  to see it alone: ", command);
}

void text_write(FILE *out, const cJSON *document, bool colour)
{
    char totals[128];
    double time_ms = 0;
    const cJSON *item = NULL;
    bool all_passed = true;
    json_number_at(document, "time_ms", &time_ms);
    cJSON_ArrayForEach(item, json_at(document, "cases"))
    {
        const char *status = json_text_at(item, "status");
        if (document_passed(item))
            continue;
        all_passed = false;
        if (status && strcmp(status, "not run") != 0)
            write_failure(out, item);
    }
    fprintf(out, "%s%s%s%s in %.1f s%s\n", all_passed ? "" : "\n",
            !colour      ? ""
            : all_passed ? GREEN
                         : RED,
            document_totals_text(document, totals, sizeof(totals)), colour ? PLAIN : "",
            time_ms / 1000, json_true_at(document, "interrupted") ? ", interrupted" : "");
}
