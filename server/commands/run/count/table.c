#include "commands/run/count/table.h"

#include "base/terminal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NUMBER_SIZE = 48,
    NAME_LEAST = 20,
    BAR_LEAST = 10,
    BAR_MOST = 40,
    PERCENT = 100,
    EIGHTHS = 8,
};

static const char OUTSIDE[] = "(outside of operators)";

/* What one row of the table says. */
struct row {
    const char *name;
    double calls; /* negative: none to tell */
    double instructions;
    double share;
};

struct layout {
    int name;
    int calls;
    int instructions;
    int bar; /* 0: none */
    bool is_utf8;
};

/* Of counts that are whole in most models, and averages in others. */
static const char *number(double value, char text[NUMBER_SIZE])
{
    snprintf(text, NUMBER_SIZE, value == floor(value) ? "%.0f" : "%.1f", value);
    return text;
}

static bool locale_is_utf8(void)
{
    static const char *const NAMES[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *value = NULL;
    for (size_t i = 0; !value && i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        value = getenv(NAMES[i]);
        if (value && value[0] == '\0')
            value = NULL;
    }
    return value && (strcasestr(value, "utf-8") || strcasestr(value, "utf8"));
}

/* TVM's functions are tvmgen_MODULE_...; all in an archive with one model begin alike. */
static size_t common_prefix(const struct counts *counts)
{
    const char *first = counts->operators_count > 0 ? counts->operators[0].name : "";
    const char *end = strncmp(first, "tvmgen_", strlen("tvmgen_")) == 0
                          ? strchr(first + strlen("tvmgen_"), '_')
                          : NULL;
    size_t length = end ? (size_t)(end + 1 - first) : 0;
    for (size_t i = 0; i < counts->operators_count; i++)
        if (strncmp(counts->operators[i].name, first, length) != 0)
            return 0;
    return length;
}

static struct row row_of(const struct counts *counts, size_t index, size_t prefix)
{
    const struct count_operator *operator_ = &counts->operators[index];
    double inferences = (double)counts->split_inferences;
    return (struct row){operator_->name + prefix, (double)operator_->calls / inferences,
                        (double)operator_->instructions / inferences,
                        (double)operator_->instructions / inferences / counts_split_sum(counts)};
}

static struct row outside_row(const struct counts *counts)
{
    double instructions = (double)counts->outside / (double)counts->split_inferences;
    return (struct row){OUTSIDE, -1, instructions, instructions / counts_split_sum(counts)};
}

static void widen(struct layout *layout, const struct row *row)
{
    char text[NUMBER_SIZE];
    int name = (int)strlen(row->name);
    int calls = row->calls < 0 ? 0 : (int)strlen(number(row->calls, text));
    int instructions = (int)strlen(number(row->instructions, text));
    layout->name = name > layout->name ? name : layout->name;
    layout->calls = calls > layout->calls ? calls : layout->calls;
    layout->instructions =
        instructions > layout->instructions ? instructions : layout->instructions;
}

static struct layout lay_out(const struct counts *counts, size_t prefix,
                             const struct report *report)
{
    enum { GAPS = 3 * 2, SHARE = 7, BAR_GAP = 2 };
    struct layout layout = {(int)strlen("operator"), (int)strlen("calls"),
                            (int)strlen("instructions"), 0, locale_is_utf8()};
    struct row row = outside_row(counts);
    widen(&layout, &row);
    for (size_t i = 0; i < counts->operators_count; i++) {
        row = row_of(counts, i, prefix);
        widen(&layout, &row);
    }
    if (!report->terminal)
        return layout;
    int room = terminal_width(report->out) - 2 - layout.calls - layout.instructions - SHARE - GAPS;
    /* A short bar is worth more than a long name, but not than a name that can be told. */
    int beside_bar = room - BAR_GAP - BAR_LEAST;
    int most = beside_bar < NAME_LEAST ? room : beside_bar;
    if (layout.name > most)
        layout.name = most < NAME_LEAST ? NAME_LEAST : most;
    int bar = room - layout.name - BAR_GAP;
    layout.bar = bar < BAR_LEAST ? 0 : bar < BAR_MOST ? bar : BAR_MOST;
    return layout;
}

/* The blocks of Unicode go by eighths of a character. */
static void print_bar(FILE *out, const struct layout *layout, double share)
{
    static const char *const PARTS[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int steps = layout->is_utf8 ? EIGHTHS : 1;
    int length = (int)(share * layout->bar * steps + 0.5);
    for (int i = 0; i < length / steps; i++)
        fputs(layout->is_utf8 ? "█" : "#", out);
    if (layout->is_utf8)
        fputs(PARTS[length % steps], out);
}

/* A name that is too long loses its middle: TVM's differ at their ends. */
static void print_name(FILE *out, const char *name, int width)
{
    int length = (int)strlen(name);
    int front = (width - 2) / 2;
    if (length <= width)
        fprintf(out, "  %-*s", width, name);
    else
        fprintf(out, "  %.*s..%s", front, name, name + length - (width - 2 - front));
}

static void print_row(FILE *out, const struct layout *layout, const struct row *row)
{
    char calls[NUMBER_SIZE] = "";
    char instructions[NUMBER_SIZE];
    print_name(out, row->name, layout->name);
    fprintf(out, "  %*s  %*s  %5.1f %%", layout->calls,
            row->calls < 0 ? "" : number(row->calls, calls), layout->instructions,
            number(row->instructions, instructions), row->share * PERCENT);
    if (layout->bar > 0) {
        fputs("  ", out);
        print_bar(out, layout, row->share);
    }
    fputc('\n', out);
}

/* What the hooks changed in the model. */
static void report_check(const struct counts *counts, FILE *out)
{
    char sum[NUMBER_SIZE];
    char changed[NUMBER_SIZE];
    double difference = counts_split_sum(counts) - counts_to_split(counts);
    fprintf(out, "  sum %s, with hooks that tell operators apart: %s%s (%+.3f %%)\n",
            number(counts_split_sum(counts), sum), difference < 0 ? "" : "+",
            number(difference, changed), PERCENT * difference / counts_to_split(counts));
}

void counts_report(const struct counts *counts, struct report *report)
{
    char each[NUMBER_SIZE];
    if (counts->inferences == 0)
        return;
    number(counts_per_inference(counts), each);
    if (counts->least == counts->most)
        report_result(report, "counts", "%s instructions an inference", each);
    else
        report_result(report, "counts",
                      "%s instructions an inference on average, %" PRIu64 " to %" PRIu64, each,
                      counts->least, counts->most);
    if (counts->split_inferences == 0)
        return;
    if (counts->operators_count == 0) {
        fputs("  operators are not told apart: the model has no C sources\n", report->out);
        return;
    }
    char of[NUMBER_SIZE];
    if (counts->split_inferences < counts->inferences && counts->least < counts->most)
        fprintf(report->out, "  of the first %" PRIu64 " inferences, %s each on average:\n",
                counts->split_inferences, number(counts_to_split(counts), of));
    size_t prefix = common_prefix(counts);
    struct layout layout = lay_out(counts, prefix, report);
    fprintf(report->out, "  %-*s  %*s  %*s    share\n", layout.name, "operator", layout.calls,
            "calls", layout.instructions, "instructions");
    for (size_t i = 0; i <= counts->operators_count; i++) {
        struct row row =
            i < counts->operators_count ? row_of(counts, i, prefix) : outside_row(counts);
        print_row(report->out, &layout, &row);
    }
    report_check(counts, report->out);
    fflush(report->out);
}
