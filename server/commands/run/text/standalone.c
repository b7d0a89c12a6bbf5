#include "commands/run/text/standalone.h"

#include "client/text/standalone.h"
#include "commands/run/text/board_clock.h"
#include "commands/run/text/ports.h"

/* Of all inferences. */
struct times {
    uint64_t board_us; /* on the board */
    int64_t here_ns;   /* on this computer, with the line's */
};

static bool infer(struct standalone *firmware, const struct device_model *model,
                  const struct run_data *data, struct report *report, struct times *ret_times,
                  struct error *err)
{
    struct times times = {.board_us = 0};
    for (int64_t n = 0; n < data->inferences; n++) {
        uint64_t time_us = 0;
        report_progress(report, (uint64_t)n, (uint64_t)data->inferences, "inferences");
        bool good = true;
        for (size_t i = 0; good && i < model->inputs_count; i++)
            good = standalone_set_input(firmware, i, run_data_input(data, i, n),
                                        model->inputs[i].type.size_bytes, err);
        int64_t began_ns = clock_now_ns();
        good = good && standalone_infer(firmware, &time_us, err);
        times.here_ns += clock_now_ns() - began_ns;
        for (size_t i = 0; good && i < model->outputs_count; i++)
            good = standalone_get_output(firmware, i, run_data_output(data, i, n),
                                         model->outputs[i].type.size_bytes, err);
        if (!good)
            return error_wrap(err, "inference %lld of %lld", (long long)n + 1,
                              (long long)data->inferences);
        times.board_us += time_us;
    }
    *ret_times = times;
    return true;
}

static bool run_model(struct standalone *firmware, const struct board *board,
                      const struct model *archive, struct report *report, struct run_data *data,
                      struct device_model *model, struct error *err)
{
    struct times times;
    if (!run_ports_describe(archive, data, model, err) || !run_data_bind(data, model, err))
        return false;
    report_end(report, NULL);
    report_begin(report, "run");
    if (!infer(firmware, model, data, report, &times, err) ||
        !board_clock_check(board, times.board_us, times.here_ns, err))
        return false;
    report_end(report, "%lld inference%s, %.1f us each by the board's clock",
               (long long)data->inferences, data->inferences == 1 ? "" : "s",
               (double)times.board_us / (double)data->inferences);
    return true;
}

bool run_on_standalone(struct board_stream *stream, int64_t timeout_ms, const struct model *model,
                       struct report *report, struct run_data *data, struct device_model *ret_model,
                       struct error *err)
{
    struct link_stream link_stream = board_stream_link(stream);
    struct standalone *firmware = NULL;
    struct device_model device_model = {.client = NULL};
    report_begin(report, "session");
    bool good = standalone_open(&link_stream, timeout_ms, &firmware, err) &&
                run_model(firmware, stream->board, model, report, data, &device_model, err);
    standalone_close(firmware);
    if (good) {
        *ret_model = device_model;
        return true;
    }
    device_model_dispose(&device_model);
    return board_stream_add_log(stream, err);
}
