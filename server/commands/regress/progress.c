#include "commands/regress/progress.h"

#include "base/text.h"
#include "regress/report/writers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ERASE_LINE "\r\033[K"

void progress_init(struct progress *progress, FILE *out, const struct suite *suite)
{
    enum { WIDTH_MOST = 60 };
    const char *term = getenv("TERM");
    const char *no_colour = getenv("NO_COLOR");
    bool terminal = isatty(fileno(out)) && term && strcmp(term, "dumb") != 0;
    *progress = (struct progress){.out = out,
                                  .suite = suite,
                                  .terminal = terminal,
                                  .colour = terminal && !(no_colour && no_colour[0])};
    for (size_t i = 0; i < suite->count; i++) {
        int length = (int)strlen(suite->cases[i].name);
        if (length > progress->name_width && length <= WIDTH_MOST)
            progress->name_width = length;
    }
}

static void draw(const struct progress *progress)
{
    if (!progress->terminal || progress->running == 0)
        return;
    fprintf(progress->out, ERASE_LINE "%zu of %zu done, %zu failed; running %zu: %.40s%s",
            progress->done, progress->suite->count, progress->bad, progress->running,
            printable(progress->suite->cases[progress->latest].name).text,
            progress->running > 1 ? ", ..." : "");
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
