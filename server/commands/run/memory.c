#include "commands/run/memory.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "board/read_memory.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SYMBOLS_SHOWN = 10 };

bool run_memory_read(const struct pipeline *pipeline, struct run_memory *ret_memory,
                     struct error *err)
{
    struct run_memory memory = {.is_measured = false};
    if (!memory_use_read(pipeline->project_dir, &pipeline->need, &pipeline->machine.regions,
                         &memory.use, err))
        return false;
    *ret_memory = memory;
    return true;
}

bool run_memory_measure(struct board *board, struct run_memory *memory, struct error *err)
{
    const struct memory_marks *marks = &memory->use.marks;
    uint8_t heap_most[sizeof(uint32_t)];
    cleanup_free uint8_t *stack = malloc(marks->stack_size_bytes + 1);
    if (!stack)
        return error_no_memory(err, "a board's stack", marks->stack_size_bytes);
    if (!board_read_memory(board, marks->stack_address, stack, marks->stack_size_bytes, err) ||
        !board_read_memory(board, marks->heap_most_address, heap_most, sizeof(heap_most), err))
        return error_wrap(err, "measuring stack and heap");
    memory->stack_peak_bytes = memory_stack_used_bytes(stack, marks->stack_size_bytes);
    memory->heap_peak_bytes = 0;
    for (size_t i = 0; i < sizeof(heap_most); i++)
        memory->heap_peak_bytes |= (uint64_t)heap_most[i] << 8 * i;
    memory->is_measured = true;
    return true;
}

static void show_row(FILE *out, const char *name, uint64_t flash_bytes, uint64_t ram_bytes)
{
    fprintf(out, "  %-11s %10" PRIu64 " %10" PRIu64 "\n", name, flash_bytes, ram_bytes);
}

static double percent(uint64_t part, uint64_t whole)
{
    return 100.0 * (double)part / (double)whole;
}

static void show_symbols(const struct memory_use *use, FILE *out)
{
    fputs("largest symbols\n", out);
    for (size_t i = 0; i < use->symbols_count && i < SYMBOLS_SHOWN; i++) {
        const struct memory_symbol *symbol = &use->symbols[i];
        fprintf(out, "  %-5s       %10" PRIu64 "  %s\n", symbol->in_ram ? "RAM" : "flash",
                symbol->size_bytes, printable(symbol->name).text);
    }
}

void run_memory_show(const struct run_memory *memory, const struct machine *machine, FILE *out)
{
    const struct memory_use *use = &memory->use;
    fprintf(out, "memory, bytes      flash        RAM\n");
    for (size_t i = 0; i < MEMORY_PARTS_COUNT; i++) {
        const struct memory_part *part = &use->parts[i];
        if (part->flash_bytes > 0 || part->ram_bytes > 0)
            show_row(out, part->name, part->flash_bytes, part->ram_bytes);
    }
    show_row(out, "used", use->flash_bytes, use->ram_bytes);
    show_row(out, "the board's", regions_read_only_bytes(&machine->regions),
             regions_writable_bytes(&machine->regions));
    fprintf(out, "  %-11s %8.1f %% %8.1f %%\n", "share",
            percent(use->flash_bytes, regions_read_only_bytes(&machine->regions)),
            percent(use->ram_bytes, regions_writable_bytes(&machine->regions)));
    if (memory->is_measured)
        fprintf(out,
                "at most in use: %" PRIu64 " bytes of the stack's %" PRIu64 ", %" PRIu64
                " of the heap\n",
                memory->stack_peak_bytes, use->marks.stack_size_bytes, memory->heap_peak_bytes);
    show_symbols(use, out);
}

void run_memory_dispose(struct run_memory *memory)
{
    memory_use_dispose(&memory->use);
}
