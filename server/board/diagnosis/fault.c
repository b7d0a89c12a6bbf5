#include "board/diagnosis/fault.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEXADECIMAL = 16 };

/* How a report names a place, in the order in which one is looked for, and what it is there. */
static const struct mark {
    const char *text;
    const char *relation;
} marks[] = {
    {" from=0x", "called from"},
    {" last_call=0x", "the last call before it was from"},
    {"pc=0x", "at"}, /* of the firmware; the others are QEMU's */
    {"R15=", "at"},
    {" PC=", "at"},
    {" pc ", "at"},
};

enum { MARKS_COUNT = sizeof(marks) / sizeof(marks[0]), CALLERS_COUNT = 2 };

static const struct mark *find_place(const char *text, uint64_t *ret_pc)
{
    size_t count = strstr(text, "(jump to nowhere") ? CALLERS_COUNT : MARKS_COUNT;
    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(text, marks[i].text);
        if (!found)
            continue;
        const char *digits = found + strlen(marks[i].text);
        char *end = NULL;
        uint64_t pc = strtoull(digits, &end, HEXADECIMAL);
        if (end == digits)
            continue;
        *ret_pc = pc;
        return &marks[i];
    }
    return NULL;
}

bool fault_find_pc(const char *text, uint64_t *ret_pc)
{
    return find_place(text, ret_pc) != NULL;
}

const char *fault_relation(const char *text)
{
    uint64_t pc = 0;
    const struct mark *mark = find_place(text, &pc);
    return mark ? mark->relation : "at";
}

struct output {
    char *buffer;
    size_t size_bytes;
    size_t length;
};

/* One line for the place itself, one more for each function that it was inlined into. */
static void add_line(void *context, const char *line)
{
    struct output *output = context;
    int length = snprintf(output->buffer + output->length, output->size_bytes - output->length,
                          "%s%s", output->length > 0 ? " " : "", line);
    size_t left = output->size_bytes - output->length - 1;
    if (length > 0)
        output->length += (size_t)length < left ? (size_t)length : left;
}

char *fault_source_line(const struct source_code *code, uint64_t pc, char *buffer,
                        size_t buffer_size_bytes)
{
    struct output output = {.buffer = buffer, .size_bytes = buffer_size_bytes};
    struct error err;
    buffer[0] = '\0';
    bool ended = source_lines(code, &pc, 1, add_line, &output, &err);
    if (!ended && err.kind != ERROR_DEVICE)
        snprintf(buffer, buffer_size_bytes, "(source line not known: %s)", err.text);
    else if (!ended || buffer[0] == '\0' || strncmp(buffer, "??", 2) == 0)
        snprintf(buffer, buffer_size_bytes, "(no source line for pc 0x%" PRIx64 ")", pc);
    return buffer;
}
