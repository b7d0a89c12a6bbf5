#include "commands/run/trace/session.h"

#include "base/cleanup.h"
#include "commands/run/aside.h"
#include "commands/run/infer.h"
#include "model/graph/prefix.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- a graph: up to each operator ---- */

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

static bool take_graph(struct run *run, struct error *err)
{
    size_t count = 0;
    if (!graph_prefix_count(run->graph.text, &count, err))
        return false;
    for (size_t i = 0; i < count && !trace_is_done(&run->trace); i++)
        if (!take_operator(run, i, err))
            return false;
    return true;
}

/* ---- code for the AOT executor: its operators tell what they give ---- */

/* Output K of an operator in all inferences together; *all then owns it. */
static bool gather(const struct run_data *data, const struct trace_records *records,
                   size_t operators, size_t index, size_t k, struct tensor *all, struct error *err)
{
    const struct trace_record *first = &records->items[index];
    size_t size_bytes = first->outputs[k].size_bytes;
    *all = first->outputs[k];
    all->data = NULL;
    if (!run_data_add_axis(data, all, first->name, err))
        return false;
    all->size_bytes = size_bytes * (size_t)data->inferences;
    all->data = malloc(all->size_bytes + 1);
    if (!all->data)
        return error_no_memory(err, first->name, all->size_bytes);
    for (size_t i = 0; i < (size_t)data->inferences; i++)
        memcpy((uint8_t *)all->data + i * size_bytes,
               records->items[i * operators + index].outputs[k].data, size_bytes);
    return true;
}

static bool take_record(struct run *run, const struct trace_records *records, size_t operators,
                        size_t index, struct error *err)
{
    const struct trace_record *first = &records->items[index];
    struct tensor *outputs = calloc(first->outputs_count + 1, sizeof(*outputs));
    bool good = outputs || error_no_memory(err, first->name, first->outputs_count);
    for (size_t k = 0; good && k < first->outputs_count; k++)
        good = gather(&run->data, records, operators, index, k, &outputs[k], err);
    good = good && trace_take(&run->trace, first->name, outputs, first->outputs_count, err);
    for (size_t k = 0; outputs && k < first->outputs_count; k++)
        tensor_dispose(&outputs[k]);
    free(outputs);
    return good;
}

static bool take_records(struct run *run, const struct trace_records *records, struct error *err)
{
    size_t operators = 0;
    if (!trace_records_check(records, (size_t)run->data.inferences, &operators, err))
        return false;
    for (size_t i = 0; i < operators && !trace_is_done(&run->trace); i++)
        if (!take_record(run, records, operators, i, err))
            return false;
    return true;
}

static bool take_code(struct run *run, struct error *err)
{
    struct trace_records records = {.items = NULL};
    run->data.are_outputs_known = true;
    run->records = &records;
    bool good = board_open(run->pipeline.board, err) && run_infer(run, err);
    run->records = NULL;
    good = good && take_records(run, &records, err);
    trace_records_dispose(&records);
    return good;
}

/* ---- either, or neither ---- */

/* Of the firmware that was chosen. With --count, the board has another one by now. */
static bool take_operators(struct run *run, struct error *err)
{
    cleanup_free char *elf = pipeline_firmware_path(&run->pipeline);
    if (!elf)
        return error_no_memory(err, "a path", 0);
    return board_flash(run->pipeline.board, elf, err) &&
           (run->graph.text ? take_graph(run, err) : take_code(run, err));
}

static bool take_outputs(struct run *run, struct error *err)
{
    run->trace.unit = "outputs";
    report_line(&run->report,
                "note: the model's code does not say what shapes its operators' outputs have: the "
                "trace has the model's own; export it with Executor(\"graph\"), or for the AOT "
                "executor with packed calls, and run it as host_driven for all");
    for (size_t i = 0; i < run->data.outputs_count; i++)
        if (!trace_take(&run->trace, run->model.outputs[i].name, &run->data.outputs[i], 1, err))
            return false;
    return true;
}

bool trace_operators(struct run *run, struct error *err)
{
    if (!run->trace.dir && !run->trace.expect_dir)
        return true;
    run->trace.unit = "operators";
    run->pipeline.firmware = run->graph.text ? NULL : "firmware_trace.elf";
    cleanup_free char *elf = pipeline_firmware_path(&run->pipeline);
    if (!elf)
        return error_no_memory(err, "a path", 0);
    report_begin(&run->report, "trace");
    if (access(elf, R_OK) == 0 ? !run_aside(run, 0, take_operators, err) : !take_outputs(run, err))
        return false;
    report_end(&run->report, "%zu", run->trace.operators);
    return trace_finish(&run->trace, err);
}
