#include "commands/run/count/counts.h"

#include "board/read_memory.h"
#include "project/footprint/elf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OPERATORS_MAX = 1 << 16 };

/* guest/platform/count/count.h; all boards are little-endian, as this program's hosts are. */
struct guest_total {
    uint64_t inferences;
    uint64_t instructions;
    uint64_t least;
    uint64_t most;
    uint64_t first;
    uint64_t first_inferences;
};

struct guest_row {
    uint64_t function;
    uint64_t calls;
    uint64_t instructions;
};

struct guest_operators {
    uint64_t rows_count;
    uint64_t calls_lost;
    uint64_t outside;
};

#define cleanup_elf __attribute__((cleanup(elf_dispose)))

static bool find(const struct elf *elf, const char *elf_path, const char *name,
                 uint64_t *ret_address, struct error *err)
{
    const struct elf_symbol *symbol = elf_find(elf, name);
    if (!symbol)
        return error_set(err, ERROR_DEVICE, 0, "%s has no %s: it counts nothing", elf_path, name);
    *ret_address = symbol->address;
    return true;
}

bool counts_read_shift(const char *elf_path, int *ret_shift, struct error *err)
{
    cleanup_elf struct elf elf = {.data = NULL};
    uint64_t shift;
    if (!elf_load(elf_path, &elf, err) || !find(&elf, elf_path, "count_icount_shift", &shift, err))
        return false;
    *ret_shift = (int)shift;
    return true;
}

static bool read_total(const struct elf *elf, const char *elf_path, struct board *board,
                       struct guest_total *total, struct error *err)
{
    uint64_t address;
    if (!find(elf, elf_path, "count_total", &address, err) ||
        !board_read_memory(board, address, total, sizeof(*total), err))
        return false;
    return total->inferences > 0 ||
           error_set(err, ERROR_DEVICE, 0,
                     "counting instructions: the firmware's C runtime runs the model by other "
                     "functions than TVMAotExecutor_Run and TVMGraphExecutor_Run");
}

bool counts_read_inferences(const char *elf_path, struct board *board, struct counts *counts,
                            struct error *err)
{
    cleanup_elf struct elf elf = {.data = NULL};
    struct guest_total total;
    if (!elf_load(elf_path, &elf, err) || !read_total(&elf, elf_path, board, &total, err))
        return false;
    counts->inferences = total.inferences;
    counts->instructions = total.instructions;
    counts->least = total.least;
    counts->most = total.most;
    counts->first = total.first;
    counts->first_inferences = total.first_inferences;
    return true;
}

/* A new string. What GCC makes of a function is called NAME.constprop.0 or the like; Arm has the
 * instruction set in an address's lowest bit. */
static char *function_name(const struct elf *elf, uint64_t address)
{
    for (size_t i = 0; i < elf->symbols_count; i++) {
        const struct elf_symbol *symbol = &elf->symbols[i];
        if (symbol->is_thing && ((symbol->address ^ address) & ~UINT64_C(1)) == 0)
            return strndup(symbol->name, strcspn(symbol->name, "."));
    }
    return strdup("?");
}

static bool take_rows(const struct elf *elf, const struct guest_row *rows, size_t rows_count,
                      struct counts *counts, struct error *err)
{
    counts->operators = calloc(rows_count + 1, sizeof(*counts->operators));
    if (!counts->operators)
        return error_no_memory(err, "operators", rows_count);
    for (size_t i = 0; i < rows_count; i++) {
        struct count_operator *operator_ = &counts->operators[counts->operators_count++];
        operator_->name = function_name(elf, rows[i].function);
        operator_->calls = rows[i].calls;
        operator_->instructions = rows[i].instructions;
        if (!operator_->name)
            return error_no_memory(err, "a name", 0);
    }
    return true;
}

static bool read_rows(const struct elf *elf, struct board *board, uint64_t address,
                      size_t rows_count, struct counts *counts, struct error *err)
{
    struct guest_row *rows = calloc(rows_count + 1, sizeof(*rows));
    if (!rows)
        return error_no_memory(err, "operators", rows_count);
    bool good = board_read_memory(board, address, rows, rows_count * sizeof(*rows), err) &&
                take_rows(elf, rows, rows_count, counts, err);
    free(rows);
    return good;
}

bool counts_read_operators(const char *elf_path, struct board *board, struct counts *counts,
                           struct error *err)
{
    cleanup_elf struct elf elf = {.data = NULL};
    struct guest_total total;
    struct guest_operators head;
    uint64_t address;
    if (!elf_load(elf_path, &elf, err) || !read_total(&elf, elf_path, board, &total, err) ||
        !find(&elf, elf_path, "count_operators", &address, err) ||
        !board_read_memory(board, address, &head, sizeof(head), err))
        return false;
    if (head.calls_lost > 0 || head.rows_count > OPERATORS_MAX)
        return error_set(err, ERROR_DEVICE, 0,
                         "counting instructions: the model has more functions than were found in "
                         "its sources (%" PRIu64 " of them counted, %" PRIu64 " calls not)",
                         head.rows_count, head.calls_lost);
    if (!read_rows(&elf, board, address + sizeof(head), (size_t)head.rows_count, counts, err))
        return false;
    counts->split_inferences = total.inferences;
    counts->outside = head.outside;
    return true;
}

double counts_per_inference(const struct counts *counts)
{
    return (double)counts->instructions / (double)counts->inferences;
}

double counts_to_split(const struct counts *counts)
{
    return counts->split_inferences == counts->first_inferences
               ? (double)counts->first / (double)counts->first_inferences
               : counts_per_inference(counts);
}

double counts_split_sum(const struct counts *counts)
{
    uint64_t sum = counts->outside;
    for (size_t i = 0; i < counts->operators_count; i++)
        sum += counts->operators[i].instructions;
    return (double)sum / (double)counts->split_inferences;
}

void counts_dispose(struct counts *counts)
{
    for (size_t i = 0; i < counts->operators_count; i++)
        free(counts->operators[i].name);
    free(counts->operators);
    *counts = (struct counts){.inferences = 0};
}
