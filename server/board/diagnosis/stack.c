#include "board/diagnosis/stack.h"

#include "board/diagnosis/death.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORDS = SOURCE_ADDRESSES_MOST, /* of the stack: a few calls deep */
    HEXADECIMAL = 16,
};

/* As QEMU prints them for Arm and for RISC-V; AArch64 has other names. 0: not there. */
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
    uint64_t address = register_value(registers, "R14=", " x1/ra");
    return call_before(address ? address : register_value(registers, "X30=", "X30="));
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

/* "20003f50: 0x00000000 0x0000067d ...": only what can be a return address is asked for. Data is no
 * address of code, and has no source line then. */
static size_t take_words(const char *dump, bool is_arm, uint64_t calls[WORDS])
{
    size_t count = 0;
    for (const char *at = strstr(dump, " 0x"); at && count < WORDS; at = strstr(at + 1, " 0x")) {
        uint64_t word = strtoull(at, NULL, HEXADECIMAL);
        if (word > 2 && (word & 1) == is_arm)
            calls[count++] = call_before(word);
    }
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
    const char *place = line;
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
    uint64_t calls[WORDS];
    bool is_arm = strstr(registers, "R13=") != NULL;
    size_t count = take_words(dump, is_arm, calls);
    const struct source_code code = board_source_code(board);
    struct answer answer = {.buffer = buffer, .size_bytes = buffer_size_bytes};
    struct error ignored; /* that there is no addr2line is told where it is asked for the pc */
    buffer[0] = '\0';
    return count > 0 && source_lines(&code, calls, count, keep_few, &answer, &ignored) &&
           buffer[0] != '\0';
}
