#include "commands/run/infer.h"

#include "board/board.h"
#include "commands/run/device.h"
#include "commands/run/text/standalone.h"

static void firmware_line(void *context, const char *line)
{
    struct run *run = context;
    if (run->records && trace_records_line(run->records, line))
        return;
    if (run->args.verbose)
        report_line(&run->report, line);
}

static bool infer_on_open_board(struct run *run, struct error *err)
{
    struct board_stream stream = {
        .board = run->pipeline.board, .on_log = firmware_line, .context = run};
    if (run_is_standalone(&run->pipeline.manifest.settings))
        return run_on_standalone(&stream, run->args.timeout_ms, &run->pipeline.manifest.model,
                                 &run->report, &run->data, &run->model, err);
    if (run_is_mlperftiny(&run->settings)) {
        struct model shown;
        run_mlperftiny_show(&run->benchmark, &run->data, &run->pipeline.manifest.model, &shown);
        return run_on_mlperftiny(&stream, run->args.timeout_ms, &run->benchmark, &shown,
                                 &run->report, &run->data, &run->model, err);
    }
    const struct graph_source graph = {run->graph.text, run->graph.params,
                                       run->graph.params_size_bytes};
    return run_on_device(&stream, run->args.timeout_ms, &run->pipeline.manifest.model,
                         run->graph.text ? &graph : NULL, &run->report, &run->data, &run->model,
                         err);
}

bool run_infer(struct run *run, struct error *err)
{
    if (infer_on_open_board(run, err))
        return true;
    if (run_is_over(run, err))
        board_explain_timeout(run->pipeline.board, err);
    if (err->kind == ERROR_TIMEOUT)
        error_append(err, "--timeout SECONDS gives each call on the device more than %g s",
                     (double)run->args.timeout_ms / 1000);
    return false;
}
