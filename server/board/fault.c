#include "board/fault.h"
#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

enum { ADDR2LINE_TIMEOUT_MS = 5000, HEXADECIMAL = 16, PC_TEXT_SIZE = 24 };

bool fault_find_pc(const char *text, uint64_t *ret_pc)
{
    static const char *const marks[] = {"pc=0x", "R15=", " pc "};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        const char *found = strstr(text, marks[i]);
        if (!found)
            continue;
        const char *digits = found + strlen(marks[i]);
        char *end = NULL;
        uint64_t pc = strtoull(digits, &end, HEXADECIMAL);
        if (end == digits)
            continue;
        *ret_pc = pc;
        return true;
    }
    return false;
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
                          "%s%s", output->length > 0 ? " " : "", line + strspn(line, " "));
    size_t left = output->size_bytes - output->length - 1;
    if (length > 0)
        output->length += (size_t)length < left ? (size_t)length : left;
}

char *fault_source_line(const char *toolchain_prefix, const char *elf_path, uint64_t pc,
                        const struct interrupt *interrupt, char *buffer, size_t buffer_size_bytes)
{
    cleanup_free char *program = file_path("%saddr2line", toolchain_prefix);
    char pc_text[PC_TEXT_SIZE];
    snprintf(pc_text, sizeof(pc_text), "0x%" PRIx64, pc);
    const char *argv[] = {program, "-f", "-i", "-p", "-e", elf_path, pc_text, NULL};
    struct child_options options = {.argv = argv, .stdin_fd = -1, .parent_death_signal = SIGKILL};
    struct output output = {.buffer = buffer, .size_bytes = buffer_size_bytes};
    struct error err;
    int status = 0;
    buffer[0] = '\0';
    if (!program) {
        snprintf(buffer, buffer_size_bytes, "(source line not known: out of memory)");
    } else if (!child_run(&options, deadline_in_ms(ADDR2LINE_TIMEOUT_MS), interrupt, add_line,
                          &output, &status, &err)) {
        snprintf(buffer, buffer_size_bytes, "(source line not known: %s)", err.text);
    } else if (status != 0 || buffer[0] == '\0' || strncmp(buffer, "??", 2) == 0) {
        snprintf(buffer, buffer_size_bytes, "(no source line for pc %s)", pc_text);
    }
    return buffer;
}
