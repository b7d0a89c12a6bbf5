#include "commands/run/tell.h"

#include "base/temp_dir.h"
#include "commands/document/value.h"
#include "commands/run/count/table.h"
#include "commands/run/document/sections.h"

#include <string.h>

/* Whose C runtime is in the firmware; NULL: none yet. */
static const char *runtime_of(const struct run *run)
{
    const char *source = run->pipeline.manifest.crt_source;
    return source && strcmp(source, "given") == 0 ? run->args.crt_dir : source;
}

static cJSON *versions_of(const struct run *run)
{
    const struct board *board = run->pipeline.board;
    const struct section_versions versions = {
        .qemu = board ? board_qemu_version(board) : NULL,
        .compiler = run->compiler[0] ? run->compiler : NULL,
        .crt = runtime_of(run),
    };
    return section_versions(&versions);
}

/* Outputs, and what was found out of them. */
static void tell_results(struct run *run)
{
    struct run_document *document = &run->document;
    run_document_put(
        document, "outputs",
        section_outputs(&run->data, &run->model, run->is_written ? run->args.output_dir : NULL));
    run_document_put(document, "labels", section_labels(&run->data.labels, &run->score));
    run_document_put(document, "counts", counts_document(&run->counts));
    run_document_put(document, "trace", trace_document(&run->trace));
}

/* Two failures of the same thing say the same: the letters of a temporary folder's name are drawn
 * anew each time, and the folder is gone when they are read. */
static void hide_temp_names(struct error *err)
{
    static const char NAME[] = TEMP_DIR_PREFIX;
    static const char DRAWN[] = "XXXXXX";
    for (char *at = strstr(err->text, NAME); at; at = strstr(at, NAME)) {
        at += strlen(NAME);
        if (strnlen(at, strlen(DRAWN)) == strlen(DRAWN))
            memcpy(at, DRAWN, strlen(DRAWN));
    }
}

void run_tell(struct run *run, struct error *err, enum exit_code code)
{
    struct run_document *document = &run->document;
    const struct run_args *args = &run->args;
    const struct pipeline *pipeline = &run->pipeline;
    hide_temp_names(err);
    if (!run_document_is_wanted(document))
        return;
    run_document_put(document, "exit_code", cJSON_CreateNumber(code));
    run_document_put(document, "status", section_status(code, &run->data));
    run_document_put(document, "failure", section_failure(err, code, run->report.step));
    if (args->model_path)
        run_document_put(document, "model",
                         section_model(args->model_path, &pipeline->manifest, &run->model));
    if (args->board || pipeline->machine.name)
        run_document_put(document, "board", section_board(args->board, &pipeline->machine));
    run_document_put(document, "versions", versions_of(run));
    run_document_put(document, "options", section_options(args));
    run_document_put(document, "steps", section_steps(&run->report));
    if (run->data.inferences > 0)
        run_document_put(document, "inferences", document_size((uint64_t)run->data.inferences));
    if (run->memory.use.symbols_count > 0)
        run_document_put(document, "memory", section_memory(&run->memory, &pipeline->machine));
    if (run->is_done)
        tell_results(run);
}
