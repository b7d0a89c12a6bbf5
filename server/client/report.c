#include "client/report.h"

#include "base/deadline.h"
#include "base/terminal.h"
#include "base/text.h"
#include "client/element.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { VALUES_SHOWN = 10, DETAIL_SIZE = 512 };

static const int64_t DRAW_INTERVAL_NS = INT64_C(100000000);
static const char ERASE_LINE[] = "\r\033[K";
static const char GREEN[] = "\033[32m";
static const char RED[] = "\033[1;31m";
static const char PLAIN[] = "\033[0m";

void report_init(struct report *report, FILE *out)
{
    *report = (struct report){
        .out = out,
        .terminal = terminal_is(out),
        .colour = terminal_has_colour(out),
    };
}

static void draw(struct report *report, const char *text)
{
    if (!report->terminal)
        return;
    fprintf(report->out, "%s%s", ERASE_LINE, text);
    fflush(report->out);
    report->drawn_ns = clock_now_ns();
}

void report_begin(struct report *report, const char *name)
{
    char text[64];
    report->step = name;
    report->step_began_ns = clock_now_ns();
    snprintf(text, sizeof(text), "%s...", name);
    draw(report, text);
}

void report_progress(struct report *report, uint64_t done, uint64_t all, const char *unit)
{
    char text[96];
    if (!report->terminal || clock_now_ns() - report->drawn_ns < DRAW_INTERVAL_NS)
        return;
    snprintf(text, sizeof(text), "%s... %" PRIu64 " of %" PRIu64 " %s", report->step, done, all,
             unit);
    draw(report, text);
}

void report_line(struct report *report, const char *line)
{
    draw(report, "");
    text_print_line(report->out, "  ", line);
    fflush(report->out);
}

void report_end(struct report *report, const char *format, ...)
{
    double ms = (double)(clock_now_ns() - report->step_began_ns) / 1e6;
    if (report->steps_count < REPORT_STEPS_MOST)
        report->steps[report->steps_count++] = (struct report_step){report->step, ms};
    draw(report, "");
    fprintf(report->out, "%-9s %8.1f ms", report->step, ms);
    if (format) {
        char text[DETAIL_SIZE];
        va_list args;
        va_start(args, format);
        vsnprintf(text, sizeof(text), format, args);
        va_end(args);
        text_print_line(report->out, "  ", text);
    } else {
        fputc('\n', report->out);
    }
    fflush(report->out);
    report->step = NULL;
}

void report_abandon(struct report *report)
{
    if (report->step)
        draw(report, "");
    report->step = NULL;
}

static void print_values(FILE *out, const struct tensor *tensor)
{
    char text[NUMBER_TEXT_SIZE];
    int64_t elements = tensor_elements(tensor);
    fputs("  [", out);
    for (int64_t i = 0; i < elements && i < VALUES_SHOWN; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", tensor_element_text(tensor, i, text));
    fprintf(out, "%s]", elements > VALUES_SHOWN ? ", ..." : "");
}

static void print_verdict(const struct report *report, const struct tensor *got,
                          const struct tensor *expected, const struct comparison *comparison)
{
    char got_text[NUMBER_TEXT_SIZE];
    char expected_text[NUMBER_TEXT_SIZE];
    char index[256];
    const char *begin = !report->colour ? "" : comparison->mismatches ? RED : GREEN;
    const char *end = report->colour ? PLAIN : "";
    fprintf(report->out,
            "  max abs error %.3Lg, max rel error %.3g: ", comparison->max_absolute_error,
            comparison->max_relative_error);
    if (comparison->mismatches == 0) {
        fprintf(report->out, "%smatches%s", begin, end);
        return;
    }
    int64_t first = comparison->first_mismatch;
    fprintf(report->out, "%sMISMATCH%s in %lld of %lld elements, first at %s: got %s, expected %s",
            begin, end, (long long)comparison->mismatches, (long long)comparison->elements,
            tensor_index_text(expected, first, index, sizeof(index)),
            tensor_element_text(got, first, got_text),
            tensor_element_text(expected, first, expected_text));
}

void report_result(struct report *report, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(report->out, "%-9s ", name);
    vfprintf(report->out, format, args);
    va_end(args);
    fputc('\n', report->out);
    fflush(report->out);
}

/* A name that could pass for more of the line than it is stands in quotes. */
static void print_name(FILE *out, const char *name)
{
    const struct printable shown = printable(name);
    if (name[0] && strcmp(shown.text, name) == 0 && !strpbrk(name, " \""))
        fprintf(out, "%-9s ", name);
    else
        fprintf(out, "\"%s\" ", shown.text);
}

void report_output(struct report *report, const char *name, const struct tensor *got,
                   const struct tensor *expected, const struct comparison *comparison)
{
    char dtype[32];
    char shape[192];
    print_name(report->out, name);
    fprintf(report->out, "%s %s", tensor_dtype_text(got, dtype, sizeof(dtype)),
            tensor_shape_text(got, shape, sizeof(shape)));
    if (!got->data)
        fputs("  never written by the model's code", report->out);
    else if (comparison)
        print_verdict(report, got, expected, comparison);
    else
        print_values(report->out, got);
    fputc('\n', report->out);
    fflush(report->out);
}
