#include "board/diagnosis/source_line.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { TIMEOUT_MS = 5000, FIXED_ARGS = 8, ADDRESS_TEXT_SIZE = 24 };

struct question {
    const char *argv[FIXED_ARGS + SOURCE_ADDRESSES_MOST];
    char addresses[SOURCE_ADDRESSES_MOST][ADDRESS_TEXT_SIZE];
};

static void add_addresses(struct question *question, const uint64_t *addresses, size_t count)
{
    size_t argc = 0;
    while (question->argv[argc])
        argc++;
    for (size_t i = 0; i < count && i < SOURCE_ADDRESSES_MOST; i++) {
        snprintf(question->addresses[i], ADDRESS_TEXT_SIZE, "0x%" PRIx64, addresses[i]);
        question->argv[argc++] = question->addresses[i];
    }
}

struct listener {
    child_line_fn on_line;
    void *context;
};

static void pass_on(void *context, const char *line)
{
    static const char piece[] = " (discriminator "; /* one of several pieces of a line's code */
    const struct listener *listener = context;
    const char *place = line + strspn(line, " ");
    const char *end = strstr(place, piece);
    cleanup_free char *whole = end ? strndup(place, (size_t)(end - place)) : NULL;
    listener->on_line(listener->context, whole ? whole : place);
}

bool source_lines(const struct source_code *code, const uint64_t *addresses, size_t count,
                  child_line_fn on_line, void *context, struct error *err)
{
    cleanup_free char *program = file_path("%saddr2line", code->toolchain_prefix);
    if (!program)
        return error_no_memory(err, "a program's name", strlen(code->toolchain_prefix));
    struct question question = {.argv = {program, "-f", "-i", "-p", "-e", code->elf_path}};
    struct child_options options = {
        .argv = question.argv, .stdin_fd = -1, .parent_death_signal = SIGKILL};
    struct listener listener = {.on_line = on_line, .context = context};
    int status = 0;
    add_addresses(&question, addresses, count);
    if (!child_run(&options, deadline_in_ms(TIMEOUT_MS), code->interrupt, pass_on, &listener,
                   &status, err))
        return false;
    char text[64];
    return status == 0 || error_set(err, ERROR_DEVICE, 0, "%s: %s", program,
                                    child_status_text(status, text, sizeof(text)));
}
