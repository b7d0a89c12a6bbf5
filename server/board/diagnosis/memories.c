#include "board/diagnosis/memories.h"

#include "board/diagnosis/monitor.h"

#include <inttypes.h>

/* False also where QEMU is gone. */
static bool is_there(struct board *board, uint64_t address, struct deadline deadline)
{
    struct error ignored; /* QEMU's "Invalid addr", or the board's own end */
    return monitor_save_memory(board, address, 1, "/dev/null", deadline, &ignored);
}

void memories_explain(struct board *board, struct deadline deadline, struct error *err)
{
    const struct machine *machine = board->machine;
    for (size_t i = 0; i < machine->regions.count && !board->dead; i++) {
        const struct region *region = &machine->regions.items[i];
        uint64_t last = region->origin + region->size_bytes - 1;
        bool has_first = is_there(board, region->origin, deadline);
        if ((has_first && is_there(board, last, deadline)) || board->dead ||
            deadline_passed(deadline))
            continue;
        error_append(err,
                     "\"memory.regions[%zu]\" of its definition, %s, is from 0x%" PRIx64
                     " to 0x%" PRIx64 ", but QEMU's machine \"%s\" has no memory at 0x%" PRIx64
                     ": mend the region, or \"qemu.machine\" and \"qemu.arguments\"",
                     i, region->name, region->origin, last, machine->qemu_machine,
                     has_first ? last : region->origin);
    }
}
