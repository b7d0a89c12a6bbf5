#include "commands/run/count/session.h"

#include "base/cleanup.h"
#include "commands/run/aside.h"
#include "commands/run/infer.h"
#include "project/footprint/elf.h"
#include "project/footprint/marks.h"

static const char COUNTING_FIRMWARE[] = "firmware_count.elf";
static const char SPLITTING_FIRMWARE[] = "firmware_operators.elf";

static bool choose(struct run *run, const char *firmware, char **ret_elf, struct error *err)
{
    run->pipeline.firmware = firmware;
    *ret_elf = pipeline_firmware_path(&run->pipeline);
    return *ret_elf ? true : error_no_memory(err, "a path", 0);
}

/* Its peaks of stack and heap are measured where this firmware has them. */
static bool move_marks(struct run *run, const char *elf_path, struct error *err)
{
    __attribute__((cleanup(elf_dispose))) struct elf elf = {.data = NULL};
    return elf_load(elf_path, &elf, err) && memory_marks_find(&elf, &run->memory.use.marks, err);
}

bool count_prepare(struct run *run, struct error *err)
{
    cleanup_free char *elf = NULL;
    int shift;
    if (!run->args.count)
        return true;
    if (!choose(run, COUNTING_FIRMWARE, &elf, err) || !counts_read_shift(elf, &shift, err) ||
        !move_marks(run, elf, err))
        return false;
    run->pipeline.manifest.settings.icount = shift;
    return true;
}

bool count_inferences(struct run *run, struct error *err)
{
    cleanup_free char *elf = NULL;
    return !run->args.count ||
           (choose(run, COUNTING_FIRMWARE, &elf, err) &&
            counts_read_inferences(elf, run->pipeline.board, &run->counts, err));
}

static bool run_splitting_firmware(struct run *run, struct error *err)
{
    struct board *board = run->pipeline.board;
    cleanup_free char *elf = NULL;
    run->data.are_outputs_known = true;
    return choose(run, SPLITTING_FIRMWARE, &elf, err) && board_flash(board, elf, err) &&
           board_open(board, err) && run_infer(run, err) &&
           counts_read_operators(elf, board, &run->counts, err);
}

/* One is enough where all take the same instructions. */
static int64_t inferences_to_split(const struct counts *counts)
{
    return counts->least == counts->most ? 1 : (int64_t)counts->first_inferences;
}

bool count_operators(struct run *run, struct error *err)
{
    if (!run->args.count)
        return true;
    report_begin(&run->report, "operators");
    if (!run_aside(run, inferences_to_split(&run->counts), run_splitting_firmware, err))
        return false;
    report_end(&run->report, "%zu", run->counts.operators_count);
    return true;
}
