#include "regress/report/escape.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <string.h>

static void put(FILE *out, char character, const char *also)
{
    if (strchr("&<>\"'", character) || strchr(also, character))
        fprintf(out, "&#%d;", character);
    else
        fputc(character, out);
}

/* So many bytes without line ends and tabs. */
static void put_piece(FILE *out, const char *text, size_t size, const char *also)
{
    enum { SHOWN_BYTES = 4 }; /* \xNN of each */
    cleanup_free char *raw = strndup(text, size);
    size_t shown_size = size * SHOWN_BYTES + 1;
    cleanup_free char *shown = malloc(shown_size);
    if (!raw || !shown) {
        fputs("(out of memory)", out);
        return;
    }
    for (const char *at = text_printable(raw, shown, shown_size); *at; at++)
        put(out, *at, also);
}

void escape(FILE *out, const char *text, const char *also)
{
    while (text && *text) {
        size_t size = strcspn(text, "\n\t");
        if (size > 0)
            put_piece(out, text, size, also);
        text += size;
        if (*text)
            put(out, *text++, also);
    }
}
