/* microtvm-qemu run: a model archive in, outputs and a verdict out. */
#include "base/cleanup.h"
#include "base/file.h"
#include "commands/commands.h"
#include "commands/doctor/probe.h"
#include "commands/exit_code.h"
#include "commands/run/client_fd.h"
#include "commands/run/count/session.h"
#include "commands/run/infer.h"
#include "commands/run/run.h"
#include "commands/run/tell.h"
#include "commands/run/tensors/output.h"
#include "commands/run/tensors/results.h"
#include "commands/run/trace/session.h"
#include "commands/standard_output.h"
#include "project/types/driven.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Can `run` drive what is in the archive? */
static bool check_model(struct run *run, struct error *err)
{
    const struct model *model = &run->pipeline.manifest.model;
    if (strcmp(model->executor, "aot") != 0 && strcmp(model->executor, "graph") != 0)
        return error_set(err, ERROR_MODEL, 0,
                         "%s holds single operators and no model: export one with "
                         "Executor(\"aot\") or Executor(\"graph\")",
                         run->args.model_path);
    if (!driven_check(run->pipeline.manifest.settings.project_type, model, err))
        return error_wrap(err, "model archive %s", run->args.model_path);
    if (!run_is_mlperftiny(&run->settings))
        return run_data_check_archive(&run->data, model, err);
    struct model shown;
    run_mlperftiny_show(&run->benchmark, &run->data, model, &shown);
    return run_mlperftiny_check(&run->benchmark, &shown, err) &&
           run_data_check_archive(&run->data, &shown, err);
}

static bool prepare_benchmark(struct run *run, struct error *err)
{
    if (!run_is_mlperftiny(&run->settings))
        return true;
    run->benchmark = (struct run_benchmark){.iterations = run->args.iterations,
                                            .warmups = run->args.warmups,
                                            .icount = (int)run->settings.icount};
    if (!mlperftiny_read(&run->settings, &run->benchmark.task, err))
        return false;
    run->data.labels.are_anomalies = run->benchmark.task.task == MLPERFTINY_ANOMALY_DETECTION;
    run_mlperftiny_widen(&run->args.tolerance);
    return true;
}

/* What can be refused without making anything is refused first. */
static bool prepare(struct run *run, struct error *err)
{
    run->trace = (struct trace){.dir = run->args.trace_dir,
                                .expect_dir = run->args.expect_trace_dir,
                                .tolerance = run->args.tolerance};
    if (access(run->args.model_path, R_OK) != 0)
        return error_set(err, ERROR_USAGE, errno, "model archive %s", run->args.model_path);
    return run_document_check(&run->document, err) && run_data_load(&run->args, &run->data, err) &&
           run_settings(&run->args, &run->settings, err) && prepare_benchmark(run, err) &&
           (!run->args.output_dir || results_check("output", run->args.output_dir, err)) &&
           trace_check(&run->trace, err) &&
           pipeline_prepare(&run->pipeline, run->args.keep_dir, err);
}

/* What is not in the firmware: the graph, and parameters that were not linked into it. */
static bool load_graph(struct run *run, struct error *err)
{
    const struct pipeline *pipeline = &run->pipeline;
    if (strcmp(pipeline->manifest.model.executor, "graph") != 0)
        return true;
    cleanup_free char *dir = file_path("%s/model", pipeline->project_dir);
    return dir ? graph_files_load(dir, pipeline->manifest.model.name, &run->graph, err)
               : error_no_memory(err, "a path", strlen(pipeline->project_dir));
}

/* For the document: what the firmware is built with. One that cannot say is none of our concern,
 * for the build is. */
static bool ask_compiler(struct run *run, struct error *err)
{
    bool good = false;
    if (!run_document_is_wanted(&run->document))
        return true;
    const char *prefix = run->pipeline.machine.toolchain_prefix;
    cleanup_free char *compiler = file_path("%sgcc", prefix);
    if (!compiler)
        return error_no_memory(err, "a program's name", strlen(prefix));
    const char *const argv[] = {compiler, "--version", NULL};
    bool answered = probe_first_line(argv, &run->interrupt, run->compiler, &good, err);
    if (!answered || !good)
        run->compiler[0] = '\0';
    return answered || err->kind != ERROR_INTERRUPTED;
}

static bool wants_memory(const struct run *run)
{
    return run->args.memory || run_document_is_wanted(&run->document);
}

static bool read_memory(struct run *run, struct error *err)
{
    return !wants_memory(run) || run_memory_read(&run->pipeline, &run->memory, err);
}

/* While the board is on. */
static bool measure_memory(struct run *run, struct error *err)
{
    return !wants_memory(run) || run_memory_measure(run->pipeline.board, &run->memory, err);
}

static bool judge(struct run *run, bool *ret_matches, struct error *err)
{
    struct run_data *data = &run->data;
    *ret_matches = run_output_compare(data, &run->model, &run->args.tolerance, &run->report);
    run->is_done = true;
    *ret_matches = *ret_matches && !run->trace.different;
    counts_report(&run->counts, &run->report);
    trace_report(&run->trace, &run->report);
    if (!labels_score(&data->labels, data->inferences,
                      data->outputs_count > 0 ? data->outputs : NULL, &run->score, err))
        return false;
    labels_report(&data->labels, data->inferences, &run->score, &run->report);
    if (run->args.memory)
        run_memory_show(&run->memory, &run->pipeline.machine, run->report.out);
    return true;
}

/* The deadline is for what this process does. */
static bool generate(struct run *run, struct error *err)
{
    if (!pipeline_generate(&run->pipeline, run->args.model_path, run->args.crt_dir, &run->settings,
                           err))
        return false;
    if (run->interrupt.end_ns != 0)
        run->interrupt.end_ns += run->pipeline.waited_ns;
    return true;
}

static bool run_all(struct run *run, bool *ret_matches, struct error *err)
{
    struct pipeline *pipeline = &run->pipeline;
    if (!prepare(run, err) || !generate(run, err) || !ask_compiler(run, err) ||
        !check_model(run, err) || !load_graph(run, err) || !pipeline_build(pipeline, err) ||
        !read_memory(run, err) || !count_prepare(run, err) || !pipeline_flash(pipeline, err) ||
        !board_open(pipeline->board, err) || !run_infer(run, err) || !measure_memory(run, err) ||
        !count_inferences(run, err))
        return false;
    board_close(pipeline->board);
    if (!count_operators(run, err) || !trace_operators(run, err))
        return false;
    run_data_drop_unwritten(&run->data, &pipeline->manifest.model);
    if (!judge(run, ret_matches, err))
        return false;
    run->is_written =
        run->args.output_dir && results_write(&run->data, &run->model, run->args.output_dir, err);
    return run->is_written || !run->args.output_dir;
}

static bool open_interrupt(struct run *run, struct error *err)
{
    int64_t began_ns = clock_now_ns();
    if (!interrupt_open(&run->interrupt, err))
        return false;
    run->interrupt.peer_fd = run->args.client_fd;
    if (run->args.deadline_ms > 0)
        run->interrupt.end_ns = began_ns + run->args.deadline_ms * 1000000;
    return true;
}

/* Then err says so, and keeps the lines about the board. */
static bool is_late(const struct run *run, struct error *err)
{
    if (!run_is_over(run, err))
        return false;
    const char *step = run->report.step;
    const char *board = strchr(err->text, '\n');
    error_set(err, ERROR_TIMEOUT, 0, "--deadline %g: not done after so many seconds%s%s%s",
              (double)run->args.deadline_ms / 1000, step ? ", at the step " : "", step ? step : "",
              board ? board : "");
    return true;
}

/* The whole run; err says what there is to tell of one that failed. */
static enum exit_code run_to_end(struct run *run, struct error *err)
{
    bool matches = false;
    if (!open_interrupt(run, err) || !run_all(run, &matches, err) || !standard_output_finish(err))
        return is_late(run, err) ? EXIT_CODE_DEADLINE : exit_code_of(err);
    return matches ? EXIT_CODE_OK : EXIT_CODE_MISMATCH;
}

/* When all else is done with: nothing holds the board, or the signals, while a reader is slow. */
static enum exit_code write_document(struct run_document *document, enum exit_code code)
{
    struct error err;
    bool written = !run_document_is_wanted(document) || run_document_write(document, &err);
    run_document_dispose(document);
    return written ? code : exit_with_error("run", &err);
}

static void tell_wait(void *context)
{
    const struct run *run = context;
    client_fd_tell_wait(run->args.client_fd);
}

static enum exit_code run_and_tell(struct run *run, bool is_parsed, struct error *err)
{
    const char *json_path = run->args.json_path;
    run_document_open(&run->document, json_path);
    report_init(&run->report, run_document_is_stdout(json_path) ? stderr : stdout);
    run->pipeline =
        (struct pipeline){.command = "run",
                          .interrupt = &run->interrupt,
                          .report = &run->report,
                          .verbose = run->args.verbose,
                          .cache_dir = run->args.cache_dir,
                          .has_device_graph = true,
                          .with_counts = run->args.count,
                          .with_trace = run->args.trace_dir || run->args.expect_trace_dir,
                          .on_wait = tell_wait,
                          .context = run,
                          .choose_type = true};
    enum exit_code code = is_parsed ? run_to_end(run, err) : exit_code_of(err);
    run_tell(run, err, code);
    struct run_document document = run->document;
    run->document = (struct run_document){.root = NULL};
    run_dispose(run);
    if (code != EXIT_CODE_OK && code != EXIT_CODE_MISMATCH)
        exit_with_error("run", err);
    return write_document(&document, code);
}

int command_run(int argc, char **argv)
{
    struct error err = {.kind = ERROR_NONE};
    struct run run = {.interrupt = {.signal_fd = -1, .peer_fd = -1}};
    settings_init(&run.settings);
    bool is_parsed = run_args_parse(argc, argv, &run.args, &err);
    if (!is_parsed || !run.args.help)
        return (int)run_and_tell(&run, is_parsed, &err);
    run_args_help(stdout);
    run_dispose(&run);
    return EXIT_CODE_OK;
}
