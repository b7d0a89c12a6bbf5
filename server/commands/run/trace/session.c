#include "commands/run/trace/session.h"

#include "base/cleanup.h"
#include "commands/run/infer.h"
#include "model/graph/prefix.h"

#include <errno.h>
#include <stdio.h>

/* On a board that was just switched on: TVM's own runtimes have one graph in their life. */
static bool run_prefix(struct run *run, char *text, struct error *err)
{
    char *whole = run->graph.text;
    run->graph.text = text;
    bool good = board_open(run->pipeline.board, err) && run_infer(run, err);
    run->graph.text = whole;
    board_close(run->pipeline.board);
    return good;
}

static bool take_operator(struct run *run, size_t index, struct error *err)
{
    cleanup_free char *text = NULL;
    cleanup_free char *name = NULL;
    if (!graph_prefix(run->graph.text, index, &text, &name, err))
        return false;
    run->data = run_data_again(&run->data, 0);
    bool good = run_prefix(run, text, err) &&
                trace_take(&run->trace, name, run->data.outputs, run->data.outputs_count, err);
    run_data_unbind(&run->data);
    device_model_dispose(&run->model);
    return good || error_wrap(err, "tracing operator %zu, %s", index + 1, name);
}

static bool take_all(struct run *run, size_t count, struct error *err)
{
    for (size_t i = 0; i < count && !trace_is_done(&run->trace); i++)
        if (!take_operator(run, i, err))
            return false;
    return true;
}

/* What these inferences tell of themselves is of no interest, and their outputs neither. */
static bool take_aside(struct run *run, size_t count, FILE *nowhere, struct error *err)
{
    struct run_data data = run->data;
    struct device_model model = run->model;
    struct report report = run->report;
    run->model = (struct device_model){.client = NULL};
    report_init(&run->report, nowhere);
    bool good = take_all(run, count, err);
    report_abandon(&run->report);
    run->data = data;
    run->model = model;
    run->report = report;
    return good;
}

/* With --count, the board has another firmware by now. */
static bool flash_model(struct run *run, struct error *err)
{
    run->pipeline.firmware = NULL;
    cleanup_free char *elf = pipeline_firmware_path(&run->pipeline);
    return elf ? board_flash(run->pipeline.board, elf, err) : error_no_memory(err, "a path", 0);
}

static bool trace_graph(struct run *run, struct error *err)
{
    size_t count = 0;
    cleanup_file FILE *nowhere = fopen("/dev/null", "we");
    if (!nowhere)
        return error_set(err, ERROR_SYSTEM, errno, "/dev/null");
    return (!run->args.count || flash_model(run, err)) &&
           graph_prefix_count(run->graph.text, &count, err) && take_aside(run, count, nowhere, err);
}

static bool trace_outputs(struct run *run, struct error *err)
{
    report_line(&run->report,
                "note: code for the AOT executor does not say what shapes its operators' outputs "
                "have: the trace has the model's own; export it with Executor(\"graph\") for all");
    for (size_t i = 0; i < run->data.outputs_count; i++)
        if (!trace_take(&run->trace, run->model.outputs[i].name, &run->data.outputs[i], 1, err))
            return false;
    return true;
}

bool trace_operators(struct run *run, struct error *err)
{
    if (!run->trace.dir && !run->trace.expect_dir)
        return true;
    run->trace.unit = run->graph.text ? "operators" : "outputs";
    report_begin(&run->report, "trace");
    if (run->graph.text ? !trace_graph(run, err) : !trace_outputs(run, err))
        return false;
    report_end(&run->report, "%zu", run->trace.operators);
    return true;
}
