#include "commands/run/run.h"

void run_dispose(struct run *run)
{
    report_abandon(&run->report);
    run_document_dispose(&run->document);
    trace_dispose(&run->trace);
    counts_dispose(&run->counts);
    device_model_dispose(&run->model);
    graph_files_dispose(&run->graph);
    run_memory_dispose(&run->memory);
    pipeline_dispose(&run->pipeline);
    run_data_dispose(&run->data);
    settings_dispose(&run->settings);
    interrupt_close(&run->interrupt);
    run_args_dispose(&run->args);
}

bool run_is_over(const struct run *run, const struct error *err)
{
    return err->kind == ERROR_INTERRUPTED && err->os == 0 && interrupt_ended(&run->interrupt);
}
