#include "board/diagnosis/interrupts.h"

#include "base/cleanup.h"
#include "board/diagnosis/monitor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No more than what a firmware of ours says by itself when it starts and a part of an answer. */
enum { GREETING_BYTES = 20 };

enum { LINES = 1024, LINES_A_WORD = 32, NAMED_MOST = 4, NAMES_BYTES = 80, HEXADECIMAL = 16 };

/* Of which interrupt lines are pending, one bit each, whether they are enabled or not. */
struct controller {
    const char *driver; /* NULL: the one that is part of a Cortex-M */
    uint64_t offset;    /* of these registers, from its base; of Cortex-M an address */
    unsigned words;
    unsigned first_line; /* those before are the core's own, or nothing's */
    bool keeps;          /* one that no core takes stays pending when its device is content again */
};

static const struct controller controllers[] = {
    {NULL, 0xe000e200, 16, 0, true},
    {"plic", 0x1000, LINES / LINES_A_WORD, 1, false},
    {"gicv2", 0x200, LINES / LINES_A_WORD, 32, false},
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

/* "e000e200: 0x00000001 0x00000000 ...": false where there are fewer words. */
static bool read_words(const char *dump, unsigned words, uint32_t *pending)
{
    unsigned count = 0;
    for (const char *at = strstr(dump, " 0x"); at && count < words; at = strstr(at + 1, " 0x"))
        pending[count++] = (uint32_t)strtoul(at, NULL, HEXADECIMAL);
    return count == words;
}

static bool is_pending(const uint32_t *pending, uint64_t line)
{
    return pending[line / LINES_A_WORD] >> line % LINES_A_WORD & 1;
}

/* "0, 3": how many there are. */
static unsigned name_lines(const struct controller *controller, const uint32_t *pending,
                           char names[NAMES_BYTES])
{
    unsigned found = 0;
    for (unsigned line = controller->first_line; line < controller->words * LINES_A_WORD; line++) {
        if (!is_pending(pending, line) || found++ >= NAMED_MOST)
            continue;
        size_t used = strlen(names);
        snprintf(names + used, NAMES_BYTES - used, "%s%u", used > 0 ? ", " : "", line);
    }
    return found;
}

/* A UART may have a second line, for what the firmware takes by the first: pending says nothing
 * there once a byte was taken. */
static bool has_answered(const struct board *board)
{
    return board->transport.received_bytes > GREETING_BYTES;
}

void interrupts_explain(struct board *board, struct deadline deadline, struct error *err)
{
    const struct machine *machine = board->machine;
    const struct controller *controller = find(machine);
    cleanup_free char *dump = NULL;
    char command[64];
    char names[NAMES_BYTES] = "";
    uint32_t pending[LINES / LINES_A_WORD] = {0};
    struct error ignored; /* what is told without this is right, too */
    if (!controller || (controller->keeps && has_answered(board)))
        return;
    snprintf(command, sizeof(command), "x /%uwx 0x%" PRIx64, controller->words,
             machine->interrupt_base + controller->offset);
    if (!monitor_tell(board, command, deadline, &dump, &ignored) ||
        !read_words(dump, controller->words, pending))
        return;
    unsigned count = name_lines(controller, pending, names);
    if (count == 0 || is_pending(pending, machine->uart_interrupt))
        return;
    error_append(err,
                 "it waits for interrupt %" PRIu64
                 ", which \"uart.interrupt\" of its definition is, but "
                 "interrupt%s %s%s %s pending: mend \"uart.interrupt\"",
                 machine->uart_interrupt, count == 1 ? "" : "s", names,
                 count > NAMED_MOST ? ", ..." : "", count == 1 ? "is" : "are");
}
