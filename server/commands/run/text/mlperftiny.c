#include "commands/run/text/mlperftiny.h"

#include "base/cleanup.h"
#include "client/text/runner.h"
#include "commands/run/text/board_clock.h"
#include "commands/run/text/ports.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double RESULT_STEP = 1e-3;

static bool is_of_bytes(const struct run_data *data)
{
    const struct tensor *tensor = data->inputs_count == 1 ? &data->inputs[0].tensor : NULL;
    return tensor && tensor->code == TENSOR_UINT && tensor->bits == 8;
}

void run_mlperftiny_show(struct run_benchmark *benchmark, const struct run_data *data,
                         const struct model *model, struct model *ret_shown)
{
    static char bytes[] = "uint8";
    static char name[] = "error";
    static char dtype[] = "float32";
    static struct model_tensor error = {.name = name, .dtype = dtype, .size_bytes = sizeof(float)};
    *ret_shown = *model;
    if (mlperftiny_takes_pictures(&benchmark->task) && is_of_bytes(data)) {
        benchmark->picture = model->inputs[0]; /* these tasks have one */
        benchmark->picture.dtype = bytes;
        ret_shown->inputs = &benchmark->picture;
    }
    if (benchmark->task.task != MLPERFTINY_ANOMALY_DETECTION)
        return;
    ret_shown->outputs = &error;
    ret_shown->outputs_count = 1;
}

bool run_mlperftiny_check(const struct run_benchmark *benchmark, const struct model *shown,
                          struct error *err)
{
    for (size_t i = 0; i < shown->outputs_count; i++) {
        const struct model_tensor *output = &shown->outputs[i];
        if (strstr(output->dtype, "float16"))
            return error_set(err, ERROR_MODEL, 0,
                             "output \"%s\": elements of type \"%s\", which project type "
                             "\"%s\" cannot tell",
                             output->name, output->dtype, MLPERFTINY_TYPE);
        if (strstr(output->dtype, "int") && benchmark->task.scale <= RESULT_STEP)
            return error_set(err, ERROR_USAGE, 0,
                             "option compile_definitions: OUT_QUANT_SCALE=%g: results have three "
                             "decimals, which do not tell the %s of output \"%s\" apart",
                             benchmark->task.scale, output->dtype, output->name);
    }
    return true;
}

void run_mlperftiny_widen(struct tolerance *tolerance)
{
    static const double HALF_STEP = RESULT_STEP / 2 * (1 + 1e-6);
    if (!tolerance->atol_given)
        tolerance->atol = fmax(tolerance->atol, HALF_STEP);
}

/* ---- inputs ---- */

/* All inputs of one inference as they travel. */
static uint8_t *gather_inputs(const struct run_benchmark *benchmark,
                              const struct device_model *model, const struct run_data *data,
                              int64_t inference, size_t *ret_size_bytes)
{
    size_t size_bytes = 0;
    for (size_t i = 0; i < model->inputs_count; i++)
        size_bytes += model->inputs[i].type.size_bytes;
    uint8_t *bytes = malloc(size_bytes + 1);
    uint8_t *to = bytes;
    for (size_t i = 0; bytes && i < model->inputs_count; i++) {
        const struct tensor *type = &model->inputs[i].type;
        memcpy(to, run_data_input(data, i, inference), type->size_bytes);
        if (mlperftiny_takes_pictures(&benchmark->task) && type->code == TENSOR_INT)
            for (size_t at = 0; at < type->size_bytes; at++)
                to[at] ^= 0x80; /* the firmware makes -128..127 of it */
        to += type->size_bytes;
    }
    *ret_size_bytes = size_bytes;
    return bytes;
}

/* ---- results ---- */

static bool store_integer(const struct tensor *type, double value, uint8_t *to)
{
    bool is_signed = type->code == TENSOR_INT;
    int bits = type->code == TENSOR_BOOL ? 1 : type->bits;
    double least = is_signed ? -ldexp(1, bits - 1) : 0;
    double end = ldexp(1, is_signed ? bits - 1 : bits);
    if (!(value >= least && value < end))
        return false;
    uint64_t integer = is_signed ? (uint64_t)(int64_t)value : (uint64_t)value;
    memcpy(to, &integer, type->bits / 8U);
    return true;
}

/* The element that the firmware told as a decimal number. */
static bool store(const struct run_benchmark *benchmark, const struct tensor *type, double result,
                  uint8_t *to)
{
    float single = (float)result;
    if (type->code != TENSOR_FLOAT)
        return store_integer(type, nearbyint(result / benchmark->task.scale + benchmark->task.zero),
                             to);
    if (type->bits == 32)
        memcpy(to, &single, sizeof(single));
    else
        memcpy(to, &result, sizeof(result));
    return true;
}

static bool take_results(const struct run_benchmark *benchmark, const struct device_model *model,
                         const struct run_data *data, int64_t inference, const double *results,
                         struct error *err)
{
    for (size_t i = 0; i < model->outputs_count; i++) {
        const struct tensor *type = &model->outputs[i].type;
        uint8_t *to = run_data_output(data, i, inference);
        for (int64_t j = tensor_elements(type); j > 0; j--, results++, to += type->bits / 8U)
            if (!store(benchmark, type, *results, to))
                return error_set(err, ERROR_DEVICE, 0,
                                 "output \"%s\": the firmware's result %g is none of its type",
                                 model->outputs[i].name, *results);
    }
    return true;
}

/* ---- inferences ---- */

static bool infer_one(struct runner *runner, const struct run_benchmark *benchmark,
                      const struct device_model *model, const struct run_data *data,
                      int64_t inference, uint64_t *ret_time_us, struct error *err)
{
    size_t size_bytes = 0;
    size_t results_count = 0;
    for (size_t i = 0; i < model->outputs_count; i++)
        results_count += (size_t)tensor_elements(&model->outputs[i].type);
    cleanup_free uint8_t *bytes = gather_inputs(benchmark, model, data, inference, &size_bytes);
    cleanup_free double *results = calloc(results_count + 1, sizeof(*results));
    if (!bytes || !results)
        return error_no_memory(err, "inputs and results", size_bytes);
    return (size_bytes == 0 || runner_load(runner, bytes, size_bytes, err)) &&
           runner_infer(runner, benchmark->iterations, benchmark->warmups, ret_time_us, results,
                        results_count, err) &&
           take_results(benchmark, model, data, inference, results, err);
}

static void tell_speed(const struct run_benchmark *benchmark, int64_t inputs, uint64_t time_us,
                       struct report *report)
{
    double count = (double)inputs * benchmark->iterations;
    double each_us = (double)time_us / count;
    char instructions[64] = "";
    if (time_us == 0) {
        report_end(report, "%.0f inferences, too short for the board's clock: raise --iterations",
                   count);
        return;
    }
    if (benchmark->icount >= 0)
        snprintf(instructions, sizeof(instructions), ", %.0f instructions each",
                 ldexp(each_us * 1e3, -benchmark->icount));
    report_end(report, "%.0f inference%s, %.1f us each by the board's clock: %.2f per second%s",
               count, count == 1 ? "" : "s", each_us, 1e6 / each_us, instructions);
}

static bool run_model(struct runner *runner, const struct board *board,
                      const struct run_benchmark *benchmark, const struct model *shown,
                      struct report *report, struct run_data *data, struct device_model *model,
                      struct error *err)
{
    uint64_t total_us = 0;
    if (!run_ports_describe(shown, data, model, err) || !run_data_bind(data, model, err))
        return false;
    report_end(report, NULL);
    report_begin(report, "run");
    int64_t began_ns = clock_now_ns();
    for (int64_t n = 0; n < data->inferences; n++) {
        uint64_t time_us = 0;
        report_progress(report, (uint64_t)n, (uint64_t)data->inferences, "inputs");
        if (!infer_one(runner, benchmark, model, data, n, &time_us, err))
            return error_wrap(err, "input %lld of %lld", (long long)n + 1,
                              (long long)data->inferences);
        total_us += time_us;
    }
    if (!board_clock_check(board, total_us, clock_now_ns() - began_ns, err))
        return false;
    tell_speed(benchmark, data->inferences, total_us, report);
    return true;
}

bool run_on_mlperftiny(struct board_stream *stream, int64_t timeout_ms,
                       const struct run_benchmark *benchmark, const struct model *shown,
                       struct report *report, struct run_data *data, struct device_model *ret_model,
                       struct error *err)
{
    struct link_stream link_stream = board_stream_link(stream);
    struct runner *runner = NULL;
    struct device_model model = {.client = NULL};
    report_begin(report, "session");
    bool good = runner_open(&link_stream, timeout_ms, &runner, err) &&
                run_model(runner, stream->board, benchmark, shown, report, data, &model, err);
    runner_close(runner);
    if (good) {
        *ret_model = model;
        return true;
    }
    device_model_dispose(&model);
    return board_stream_add_log(stream, err);
}
