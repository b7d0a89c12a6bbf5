#include "regress/command.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct words *words, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cleanup_free char *word = text_format(format, args);
    va_end(args);
    /* One more: the list ends in NULL. */
    char **grown = realloc(words->items, (words->count + 2) * sizeof(*grown));
    if (grown)
        words->items = grown;
    if (!grown || !word) {
        words->no_memory = true;
        return;
    }
    grown[words->count++] = steal_pointer(word);
    grown[words->count] = NULL;
}

static void add_files(struct words *words, const char *option, const struct suite_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        const struct suite_file *file = &files->items[i];
        add(words, "%s", option);
        add(words, "%s%s%s", file->name ? file->name : "", file->name ? "=" : "", file->path);
    }
}

static void add_text(struct words *words, const char *option, const char *value)
{
    if (!value)
        return;
    add(words, "%s", option);
    add(words, "%s", value);
}

static void add_number(struct words *words, const char *option, double value)
{
    add(words, "%s", option);
    add(words, "%.15g", value);
}

static void add_tolerance(struct words *words, const struct suite_tolerance *tolerance)
{
    bool is_exact = tolerance->rule == RULE_EXACT;
    bool is_bounds = tolerance->rule == RULE_BOUNDS;
    if (is_exact || (is_bounds && tolerance->rtol >= 0))
        add_number(words, "--rtol", is_exact ? 0 : tolerance->rtol);
    if (is_exact || (is_bounds && tolerance->atol >= 0))
        add_number(words, "--atol", is_exact ? 0 : tolerance->atol);
}

static bool is_limited(const struct suite_limits *limits, enum measure measure)
{
    return limits->most[measure] >= 0 || limits->growth_percent[measure] >= 0;
}

/* What the case says, but for its deadline: whoever looks at one case takes the time. Counting
 * takes another build and another run of the model: it is done where it is asked for. */
static void add_case(struct words *words, const struct suite_case *item, bool compares)
{
    add(words, "run");
    add(words, "%s%s", item->model[0] == '-' ? "./" : "", item->model);
    add_text(words, "--board", item->board);
    add_files(words, "--input", &item->inputs);
    if (compares)
        add_files(words, "--expect", &item->expected);
    if (compares && item->expected.count > 0)
        add_tolerance(words, &item->tolerance);
    add_text(words, "--labels", item->labels);
    add_text(words, "--project-type", item->project_type);
    add_text(words, "--crt-dir", item->crt_dir);
    for (size_t i = 0; item->options && item->options[i]; i++)
        add_text(words, "--option", item->options[i]);
    if (is_limited(&item->limits, MEASURE_INSTRUCTIONS))
        add(words, "--count");
    if (is_limited(&item->limits, MEASURE_ROM) || is_limited(&item->limits, MEASURE_RAM) ||
        is_limited(&item->limits, MEASURE_STACK))
        add(words, "--memory");
    if (item->timeout_s > 0)
        add_number(words, "--timeout", item->timeout_s);
}

bool command_words(const struct suite_case *item, const struct command_extras *extras,
                   struct words *ret_words)
{
    struct words words = {.count = 0};
    add(&words, "%s", extras->program);
    add_case(&words, item, !extras->output_dir);
    add_number(&words, "--deadline", item->deadline_s);
    if (extras->client_fd >= 0)
        add_number(&words, "--client-fd", extras->client_fd);
    add_text(&words, "--json", extras->document);
    add_text(&words, "--cache", extras->cache_dir);
    add_text(&words, "--output", extras->output_dir);
    *ret_words = words;
    return !words.no_memory;
}

/* Where a report would not show it as it is (base/text.h), and a shell be given something else: as
 * bash and zsh read it, \xNN for each such byte. */
static void print_escaped(FILE *out, const char *word)
{
    fputs("$'", out);
    for (; *word; word++)
        if (*word > ' ' && *word < 0x7f && *word != '\'' && *word != '\\')
            fputc(*word, out);
        else
            fprintf(out, "\\x%02x", (unsigned char)*word);
    fputc('\'', out);
}

static bool is_shown(const char *word)
{
    cleanup_free char *shown = malloc(strlen(word) + 1);
    return shown && strcmp(text_printable(word, shown, strlen(word) + 1), word) == 0;
}

static void print_quoted(FILE *out, const char *word)
{
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_";
    if (word[0] && word[strspn(word, PLAIN)] == '\0') {
        fputs(word, out);
        return;
    }
    if (!is_shown(word)) {
        print_escaped(out, word);
        return;
    }
    fputc('\'', out);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else
            fputc(*word, out);
    fputc('\'', out);
}

char *command_text(const struct suite_case *item, bool compares)
{
    struct words words = {.count = 0};
    cleanup_free char *text = NULL;
    size_t size = 0;
    add_case(&words, item, compares);
    FILE *out = words.no_memory ? NULL : open_memstream(&text, &size);
    if (out) {
        fputs("microtvm-qemu", out);
        for (size_t i = 0; i < words.count; i++) {
            fputc(' ', out);
            print_quoted(out, words.items[i]);
        }
    }
    bool failed = !out || ferror(out) != 0;
    if (out && fclose(out) != 0)
        failed = true;
    words_dispose(&words);
    return failed ? NULL : steal_pointer(text);
}

void words_dispose(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->items[i]);
    free(words->items);
    *words = (struct words){.items = NULL};
}
