#include "commands/regress/progress.h"

#include "base/terminal.h"
#include "base/text.h"
#include "regress/report/writers.h"

#include <string.h>

#define ERASE_LINE "\r\033[K"

void progress_init(struct progress *progress, FILE *out, const struct suite *suite)
{
    enum { WIDTH_MOST = 60 };
    *progress = (struct progress){.out = out,
                                  .suite = suite,
                                  .terminal = terminal_is(out),
                                  .colour = terminal_has_colour(out)};
    for (size_t i = 0; i < suite->count; i++) {
        int length = text_characters(printable(suite->cases[i].name).text);
        if (length > progress->name_width && length <= WIDTH_MOST)
            progress->name_width = length;
    }
}

static void draw(const struct progress *progress)
{
    char line[512];
    char shown[512];
    if (!progress->terminal || progress->running == 0)
        return;
    snprintf(line, sizeof(line), "%zu of %zu done, %zu failed; running %zu: %s%s", progress->done,
             progress->suite->count, progress->bad, progress->running,
             printable(progress->suite->cases[progress->latest].name).text,
             progress->running > 1 ? ", ..." : "");
    /* In the last column it would go on in a second line, which nothing erases. */
    size_t room = (size_t)terminal_width(progress->out);
    fprintf(progress->out, ERASE_LINE "%s",
            text_printable(line, shown, room < sizeof(shown) ? room : sizeof(shown)));
    fflush(progress->out);
}

void progress_begin(struct progress *progress, size_t index)
{
    progress->latest = index;
    progress->running++;
    draw(progress);
}

void progress_end(struct progress *progress, size_t index, const char *status, bool flaky,
                  double time_ms)
{
    progress->running--;
    progress->done++;
    progress->bad += strcmp(status, "passed") != 0;
    progress_clear(progress);
    text_write_case(progress->out, status, flaky, progress->suite->cases[index].name, time_ms,
                    progress->name_width, progress->colour);
    fflush(progress->out);
    draw(progress);
}

void progress_clear(const struct progress *progress)
{
    if (progress->terminal)
        fputs(ERASE_LINE, progress->out);
}
