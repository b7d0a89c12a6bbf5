#include "board/stack.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORDS = 128, /* of the stack: a few calls deep */
    WORD_TEXT_BYTES = 24,
    FIXED_ARGS = 8,
    ADDR2LINE_TIMEOUT_MS = 5000,
    HEXADECIMAL = 16,
};

/* As QEMU prints them for Arm and for RISC-V. 0: not there. */
static uint64_t register_value(const char *registers, const char *arm, const char *riscv)
{
    const char *found = strstr(registers, arm);
    const char *mark = found ? arm : riscv;
    if (!found)
        found = strstr(registers, riscv);
    return found ? strtoull(found + strlen(mark), NULL, HEXADECIMAL) : 0;
}

static uint64_t call_before(uint64_t return_address)
{
    return return_address > 2 ? (return_address & ~UINT64_C(1)) - 1 : 0;
}

uint64_t stack_caller(const char *registers)
{
    return call_before(register_value(registers, "R14=", " x1/ra"));
}

const char *stack_command(const char *registers, char buffer[STACK_COMMAND_BYTES])
{
    uint64_t top = register_value(registers, "R13=", " x2/sp");
    snprintf(buffer, STACK_COMMAND_BYTES, "x /%dwx 0x%" PRIx64, WORDS, top);
    return top ? buffer : NULL;
}

bool stack_is_model(const char *source)
{
    return strstr(source, " at ./model/") || strstr(source, "/model/codegen/");
}

/* addr2line's command line. Data on the stack is no address of code, and has no line then. */
struct question {
    const char *argv[FIXED_ARGS + WORDS];
    char words[WORDS][WORD_TEXT_BYTES];
};

/* "20003f50: 0x00000000 0x0000067d ...": only what can be a return address is asked for. */
static size_t take_words(const char *dump, bool is_arm, struct question *question, size_t argc)
{
    size_t count = 0;
    for (const char *at = strstr(dump, " 0x"); at && count < WORDS; at = strstr(at + 1, " 0x")) {
        uint64_t word = strtoull(at, NULL, HEXADECIMAL);
        if (word <= 2 || (word & 1) != is_arm)
            continue;
        snprintf(question->words[count], WORD_TEXT_BYTES, "0x%" PRIx64, call_before(word));
        question->argv[argc++] = question->words[count++];
    }
    question->argv[argc] = NULL;
    return count;
}

struct answer {
    char *buffer;
    size_t size_bytes;
    int count;
};

/* A word that an earlier call has left may lie above those of the calls that go on: so a few. */
static void keep_few(void *context, const char *line)
{
    enum { FEW = 3 };
    static const char inlined[] = "(inlined by) ";
    struct answer *answer = context;
    const char *place = line + strspn(line, " ");
    if (strncmp(place, inlined, strlen(inlined)) == 0)
        place += strlen(inlined);
    size_t used = strlen(answer->buffer);
    if (answer->count == FEW || !stack_is_model(place) || strstr(answer->buffer, place))
        return;
    snprintf(answer->buffer + used, answer->size_bytes - used, "\n  %s", place);
    answer->count++;
}

bool stack_find_model(const struct board *board, const char *registers, const char *dump,
                      char *buffer, size_t buffer_size_bytes)
{
    cleanup_free char *program = file_path("%saddr2line", board->machine->toolchain_prefix);
    struct question question = {.argv = {program, "-f", "-i", "-p", "-e", board->flash_path}};
    struct child_options options = {
        .argv = question.argv, .stdin_fd = -1, .parent_death_signal = SIGKILL};
    struct answer answer = {.buffer = buffer, .size_bytes = buffer_size_bytes};
    struct error ignored; /* that there is no addr2line is told where it is asked for the pc */
    int status = 0;
    bool is_arm = strstr(registers, "R13=") != NULL;
    buffer[0] = '\0';
    return program && take_words(dump, is_arm, &question, FIXED_ARGS - 2) > 0 &&
           child_run(&options, deadline_in_ms(ADDR2LINE_TIMEOUT_MS), board->interrupt, keep_few,
                     &answer, &status, &ignored) &&
           buffer[0] != '\0';
}
