#include "board/diagnosis/pending.h"

#include "base/cleanup.h"
#include "board/diagnosis/monitor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = PENDING_LINES / PENDING_LINES_A_WORD, NAMED_MOST = 4, HEXADECIMAL = 16 };

/* Not that of a GICv3: QEMU does not show there what a line that is high has pending. */
struct controller {
    const char *driver; /* NULL: the one that is part of a Cortex-M */
    uint64_t offset;    /* of these registers, from its base; of Cortex-M an address */
    unsigned words;
    unsigned first_line;
    bool keeps;
};

static const struct controller controllers[] = {
    {NULL, 0xe000e200, 16, 0, true},
    {"plic", 0x1000, WORDS, 1, false},
    {"gicv2", 0x200, WORDS, 32, false},
};

static const struct controller *find(const struct machine *machine)
{
    const char *driver = machine->interrupt_driver;
    bool is_cortex_m = strcmp(machine->architecture, "cortex_m") == 0;
    for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
        const char *other = controllers[i].driver;
        if (other ? !is_cortex_m && driver && strcmp(driver, other) == 0 : is_cortex_m)
            return &controllers[i];
    }
    return NULL;
}

/* "e000e200: 0x00000001 0x00000000 ..." */
bool pending_read_values(struct board *board, uint64_t address, unsigned count, char unit,
                         struct deadline deadline, uint32_t *ret_values)
{
    cleanup_free char *dump = NULL;
    char command[64];
    unsigned found = 0;
    struct error ignored; /* what is told without this is right, too */
    snprintf(command, sizeof(command), "x /%u%cx 0x%" PRIx64, count, unit, address);
    if (!monitor_tell(board, command, deadline, &dump, &ignored))
        return false;
    for (const char *at = strstr(dump, " 0x"); at && found < count; at = strstr(at + 1, " 0x"))
        ret_values[found++] = (uint32_t)strtoul(at, NULL, HEXADECIMAL);
    return found == count;
}

bool pending_read(struct board *board, struct deadline deadline, struct pending *ret_pending)
{
    const struct machine *machine = board->machine;
    const struct controller *controller = find(machine);
    if (!controller)
        return false;
    struct pending pending = {.first_line = controller->first_line,
                              .end_line = controller->words * PENDING_LINES_A_WORD,
                              .keeps = controller->keeps};
    if (!pending_read_values(board, machine->interrupt_base + controller->offset, controller->words,
                             'w', deadline, pending.words))
        return false;
    *ret_pending = pending;
    return true;
}

bool pending_has(const struct pending *pending, uint64_t line)
{
    return pending->words[line / PENDING_LINES_A_WORD] >> line % PENDING_LINES_A_WORD & 1;
}

unsigned pending_names(const struct pending *pending, char names[PENDING_NAMES_BYTES])
{
    unsigned found = 0;
    names[0] = '\0';
    for (unsigned line = pending->first_line; line < pending->end_line; line++) {
        if (!pending_has(pending, line) || found++ > NAMED_MOST)
            continue;
        size_t used = strlen(names);
        const char *between = used > 0 ? ", " : "";
        if (found <= NAMED_MOST)
            snprintf(names + used, PENDING_NAMES_BYTES - used, "%s%u", between, line);
        else
            snprintf(names + used, PENDING_NAMES_BYTES - used, "%s...", between);
    }
    return found;
}
