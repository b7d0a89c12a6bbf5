#include "commands/run/device.h"

#include "client/link.h"

#include <stdlib.h>

enum { SESSION_START_LEAST_MS = 10 * 1000 }; /* a board boots, however short a call may be */

/* What goes over the line in a step of the report. */
struct traffic {
    struct report *report;
    uint64_t done_bytes;
    uint64_t all_bytes;
    const char *unit;
};

static void copied(void *context, size_t size_bytes)
{
    enum { KB = 1000 };
    struct traffic *traffic = context;
    traffic->done_bytes += size_bytes;
    if (traffic->done_bytes <= traffic->all_bytes)
        report_progress(traffic->report, traffic->done_bytes / KB, traffic->all_bytes / KB,
                        traffic->unit);
}

/* What goes over the line, where there is one inference alone; else 0: they are what is counted. */
static uint64_t one_inference(const struct device_model *model, const struct run_data *data)
{
    uint64_t sum = 0;
    for (size_t i = 0; data->inferences == 1 && i < model->inputs_count; i++)
        sum += model->inputs[i].type.size_bytes;
    for (size_t i = 0; data->inferences == 1 && i < model->outputs_count; i++)
        sum += model->outputs[i].type.size_bytes;
    return sum;
}

static bool infer(struct device_model *model, const struct run_data *data, struct report *report,
                  struct error *err)
{
    for (int64_t n = 0; n < data->inferences; n++) {
        report_progress(report, (uint64_t)n, (uint64_t)data->inferences, "inferences");
        bool good = true;
        for (size_t i = 0; good && i < model->inputs_count; i++)
            good = device_model_set_input(model, i, run_data_input(data, i, n), err);
        good = good && device_model_run(model, err);
        for (size_t i = 0; good && !data->are_outputs_known && i < model->outputs_count; i++)
            good = device_model_get_output(model, i, run_data_output(data, i, n), err);
        if (!good)
            return error_wrap(err, "inference %lld of %lld", (long long)n + 1,
                              (long long)data->inferences);
    }
    return true;
}

/* The archive's names, as arrays. */
static const char **name_array(const struct model_tensor *tensors, size_t count)
{
    const char **names = calloc(count + 1, sizeof(*names));
    for (size_t i = 0; names && i < count; i++)
        names[i] = tensors[i].name;
    return names;
}

static bool open_model(struct rpc_client *client, const struct model *archive,
                       const struct graph_source *graph, struct device_model *ret_model,
                       struct error *err)
{
    const char **inputs = name_array(archive->inputs, archive->inputs_count);
    const char **outputs = name_array(archive->outputs, archive->outputs_count);
    struct model_names names = {
        .module = archive->name,
        .inputs = inputs,
        .inputs_count = archive->inputs_count,
        .outputs = outputs,
        .outputs_count = archive->outputs_count,
        .graph = graph,
    };
    bool good = false;
    if (!inputs || !outputs)
        error_no_memory(err, "names", archive->inputs_count);
    else
        good = device_model_open(client, &names, ret_model, err);
    free(inputs);
    free(outputs);
    return good;
}

static bool run_model(struct rpc_client *client, const struct model *archive,
                      const struct graph_source *graph, struct report *report,
                      struct run_data *data, struct device_model *ret_model, struct error *err)
{
    __attribute__((cleanup(device_model_dispose))) struct device_model model = {.client = client};
    struct traffic *traffic = client->context;
    *traffic =
        (struct traffic){report, 0, graph ? graph->params_size_bytes : 0, "KB of parameters"};
    if (!open_model(client, archive, graph, &model, err) || !run_data_bind(data, &model, err))
        return false;
    report_end(report, NULL);
    report_begin(report, "run");
    int64_t began_ns = clock_now_ns();
    *traffic = (struct traffic){report, 0, one_inference(&model, data), "KB"};
    if (!infer(&model, data, report, err))
        return false;
    if (data->inferences > 1)
        report_end(report, "%lld inferences, %.2f ms each", (long long)data->inferences,
                   (double)(clock_now_ns() - began_ns) / 1e6 / (double)data->inferences);
    else
        report_end(report, NULL);
    *ret_model = model;
    ret_model->client = NULL;
    model = (struct device_model){.client = NULL};
    return true;
}

bool run_on_device(struct board_stream *stream, int64_t timeout_ms, const struct model *model,
                   const struct graph_source *graph, struct report *report, struct run_data *data,
                   struct device_model *ret_model, struct error *err)
{
    struct link_stream link_stream = board_stream_link(stream);
    struct link *link;
    struct rpc_client client;
    report_begin(report, "session");
    int64_t start_ms = timeout_ms > SESSION_START_LEAST_MS ? timeout_ms : SESSION_START_LEAST_MS;
    if (!link_open(&link_stream, deadline_in_ms(start_ms), &link, err))
        return board_stream_add_log(stream, err);
    struct traffic traffic = {.report = report};
    bool good = rpc_open(link, timeout_ms, &client, err);
    client.on_copied = copied;
    client.context = &traffic;
    good = good && run_model(&client, model, graph, report, data, ret_model, err);
    if (!good)
        board_stream_add_log(stream, err);
    rpc_close(&client);
    link_close(link);
    return good;
}
