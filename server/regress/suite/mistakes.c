#include "regress/suite/mistakes.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "regress/suite/place.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static bool is_known(const struct mistakes *mistakes, const char *pointer, const char *text)
{
    for (size_t i = 0; i < mistakes->count; i++)
        if (strcmp(mistakes->items[i].pointer, pointer) == 0 &&
            strcmp(mistakes->items[i].text, text) == 0)
            return true;
    return false;
}

void mistakes_add(struct mistakes *mistakes, const char *pointer, const char *format, ...)
{
    cleanup_free char *place = strdup(pointer);
    va_list args;
    va_start(args, format);
    cleanup_free char *text = text_format(format, args);
    va_end(args);
    if (text && is_known(mistakes, pointer, text))
        return;
    struct mistake *grown =
        realloc(mistakes->items, (mistakes->count + 1) * sizeof(*mistakes->items));
    if (grown)
        mistakes->items = grown;
    if (!text || !place || !grown) {
        mistakes->no_memory = true;
        return;
    }
    grown[mistakes->count++] =
        (struct mistake){.pointer = steal_pointer(place), .text = steal_pointer(text)};
}

void mistakes_add_at(struct mistakes *mistakes, size_t line, const char *text)
{
    size_t count = mistakes->count;
    mistakes_add(mistakes, "", "%s", text);
    if (mistakes->count > count)
        mistakes->items[count].line = line;
}

void mistakes_print(const struct mistakes *mistakes, const char *path, const char *document,
                    FILE *out)
{
    for (size_t i = 0; i < mistakes->count; i++) {
        const struct mistake *mistake = &mistakes->items[i];
        cleanup_free char *line = NULL;
        size_t at =
            mistake->line || !document ? mistake->line : place_line(document, mistake->pointer);
        int length = asprintf(&line, "%s:%zu: %s%s%s", path, at, mistake->pointer,
                              mistake->pointer[0] ? ": " : "", mistake->text);
        if (length >= 0)
            text_print_line(out, "", line);
        else
            line = NULL;
    }
}

void mistakes_dispose(struct mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->count; i++) {
        free(mistakes->items[i].pointer);
        free(mistakes->items[i].text);
    }
    free(mistakes->items);
    *mistakes = (struct mistakes){.items = NULL};
}
