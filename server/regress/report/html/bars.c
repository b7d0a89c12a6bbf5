#include "regress/json.h"
#include "regress/report/escape.h"
#include "regress/report/html/parts.h"

#include <math.h>

/* A row: a name, a bar of share (and a mark at another, negative: none), a text that the caller
 * prints and closes with ROW_END. */
static void begin_row(FILE *out, const char *name, double share, double mark)
{
    fputs("<div class=\"row\"><span>", out);
    escape(out, name, "");
    fprintf(out, "</span><span class=\"bar\"><b style=\"width:%.2f%%\"></b>",
            fmin(fmax(share, 0), 1) * 100);
    if (mark >= 0)
        fprintf(out, "<i style=\"left:calc(%.2f%% - 2px)\"></i>", fmin(mark, 1) * 100);
    fputs("</span><span>", out);
}

#define ROW_END "</span></div>\n"

/* Rows between these have their bars in one column: what is compared has one scale. */
#define ROWS_BEGIN "<div class=\"rows\">\n"
#define ROWS_END "</div>\n"

/* The largest number of instructions, now or in the baseline. */
static double largest_of(const cJSON *operators, const cJSON *before)
{
    const cJSON *item = NULL;
    double largest = 1;
    double value = 0;
    cJSON_ArrayForEach(item, operators)
    {
        if (json_number_at(item, "instructions", &value))
            largest = fmax(largest, value);
    }
    cJSON_ArrayForEach(item, before)
    {
        largest = cJSON_IsNumber(item) ? fmax(largest, item->valuedouble) : largest;
    }
    return largest;
}

void html_write_operators(FILE *out, const cJSON *item)
{
    const cJSON *operators = json_at(item, "run.counts.operators");
    const cJSON *before = json_at(item, "baseline.operators");
    const cJSON *one = NULL;
    double largest = largest_of(operators, before);
    if (!cJSON_IsArray(operators) || !operators->child)
        return;
    fprintf(out, "<h3>Instructions of each operator%s</h3>\n" ROWS_BEGIN,
            before ? " (the mark is the baseline's)" : "");
    cJSON_ArrayForEach(one, operators)
    {
        double now = 0;
        const char *name = json_text_at(one, "name");
        const cJSON *was = cJSON_GetObjectItemCaseSensitive(before, name);
        bool has_mark = cJSON_IsNumber(was);
        json_number_at(one, "instructions", &now);
        begin_row(out, name, now / largest, has_mark ? was->valuedouble / largest : -1);
        fprintf(out, "%.15g", now);
        if (has_mark && was->valuedouble > 0 && was->valuedouble != now)
            fprintf(out, " (%+.2f %%)", (now - was->valuedouble) / was->valuedouble * 100);
        fputs(ROW_END, out);
    }
    fputs(ROWS_END, out);
}

static void write_area(FILE *out, const cJSON *item, const char *area, const char *name,
                       const char *before_key)
{
    double size = 0;
    double used = 0;
    double before = 0;
    const cJSON *memory = json_at(json_at(item, "run.memory"), area);
    bool had = json_number_at(json_at(item, "baseline"), before_key, &before);
    if (!json_number_at(memory, "size_bytes", &size) || size <= 0 ||
        !json_number_at(memory, "used_bytes", &used))
        return;
    begin_row(out, name, used / size, had ? before / size : -1);
    fprintf(out, "%.0f of %.0f bytes (%.1f %%)" ROW_END, used, size, used / size * 100);
}

static void write_parts(FILE *out, const cJSON *item)
{
    const cJSON *part = NULL;
    double size = 1;
    double flash = 0;
    double ram = 0;
    cJSON_ArrayForEach(part, json_at(item, "run.memory.parts"))
    {
        flash = ram = 0;
        json_number_at(part, "flash_bytes", &flash);
        json_number_at(part, "ram_bytes", &ram);
        size = fmax(size, flash + ram);
    }
    cJSON_ArrayForEach(part, json_at(item, "run.memory.parts"))
    {
        flash = ram = 0;
        json_number_at(part, "flash_bytes", &flash);
        json_number_at(part, "ram_bytes", &ram);
        begin_row(out, json_text_at(part, "name"), (flash + ram) / size, -1);
        fprintf(out, "%.0f flash, %.0f RAM" ROW_END, flash, ram);
    }
}

void html_write_memory(FILE *out, const cJSON *item)
{
    if (!json_at(item, "run.memory"))
        return;
    fputs("<h3>Memory</h3>\n" ROWS_BEGIN, out);
    write_area(out, item, "flash", "flash, of the board's", "rom_bytes");
    write_area(out, item, "ram", "RAM, of the board's", "ram_bytes");
    write_parts(out, item);
    fputs(ROWS_END, out);
}

static void write_histogram(FILE *out, const cJSON *output, const cJSON *histogram)
{
    const cJSON *bin = NULL;
    double all = 1;
    json_number_at(output, "comparison.count", &all);
    fputs("<h3>Errors of output ", out);
    escape(out, json_text_at(output, "name"), "");
    fputs("</h3>\n" ROWS_BEGIN, out);
    cJSON_ArrayForEach(bin, histogram)
    {
        char name[48] = "more, or not a number";
        double count = 0;
        double most = 0;
        json_number_at(bin, "count", &count);
        if (json_number_at(bin, "at_most", &most))
            snprintf(name, sizeof(name), most > 0 ? "up to %g" : "none", most);
        if (count == 0)
            continue;
        begin_row(out, name, count / fmax(all, 1), -1);
        fprintf(out, "%.0f elements" ROW_END, count);
    }
    fputs(ROWS_END, out);
}

void html_write_errors(FILE *out, const cJSON *item)
{
    const cJSON *output = NULL;
    cJSON_ArrayForEach(output, json_at(item, "run.outputs"))
    {
        const cJSON *histogram = json_at(output, "comparison.absolute_errors");
        if (cJSON_IsArray(histogram) && histogram->child)
            write_histogram(out, output, histogram);
    }
}
